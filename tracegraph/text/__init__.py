"""How numbers, names and tables are written: pure text, no graph."""
