"""Segments and their members."""
