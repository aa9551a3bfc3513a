"""Drawings and decks as PowerPoint files of native shapes."""
