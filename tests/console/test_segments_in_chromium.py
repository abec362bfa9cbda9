"""Segments in a browser: what is done with the pointer and by keyboard alone, at two widths."""
