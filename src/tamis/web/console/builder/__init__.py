"""Data and labels of the builder."""
