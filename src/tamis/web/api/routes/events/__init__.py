"""Calls about events."""
