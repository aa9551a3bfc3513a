"""Handwritten digits, 8×8 pixels each: a part of the UCI set, see data/README.md."""

from pathlib import Path

import numpy as np

DATA = Path(__file__).parent / "data" / "digits.csv.gz"
TRAINING = 400  # images that are for training; the 100 after them are held out


def digits():
    """Return 500 images (500, 8, 8) in [0, 1] and their labels (500,), in the order 0 1 2 … 9, 0 1 2 … 9, …"""
    table = np.loadtxt(DATA, delimiter=",", dtype=int)
    return table[:, :-1].reshape(-1, 8, 8) / 16, table[:, -1]
