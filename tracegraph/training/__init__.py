"""Whole training runs and their curves."""
