"""Segments, their members, and how these change."""
