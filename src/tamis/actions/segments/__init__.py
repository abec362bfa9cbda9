"""Segments, their members and what is asked about them."""
