"""The frontend for programs on `tracegraph.Tensor`."""
