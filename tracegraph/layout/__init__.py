"""A `Picture` and a theme in, the place of everything out."""
