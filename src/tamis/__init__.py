"""Tamis: an audience segmentation server for email marketing."""

__version__ = "0.1.0"
