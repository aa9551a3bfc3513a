"""Tensors on NumPy: recording, calling, walking back. Knows no graph and no picture."""
