"""Segments, their versions and manual changes."""
