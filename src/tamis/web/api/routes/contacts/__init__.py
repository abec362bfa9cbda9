"""Calls about contacts."""
