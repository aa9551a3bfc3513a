"""Recorded gradients against numerical derivatives."""
