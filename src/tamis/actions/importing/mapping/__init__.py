"""Mapping columns of a file to fields."""
