"""Drawings and decks as one HTML file."""
