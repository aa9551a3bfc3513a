"""Notation of numbers, names and tables: pure text, no graph."""
