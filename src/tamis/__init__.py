"""Tamis: an audience segmentation server for email marketing."""

__version__ = "0.2.0"
