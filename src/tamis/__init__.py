"""Tamis: an audience segmentation server for e-mail marketing."""

__version__ = "0.1.0"
