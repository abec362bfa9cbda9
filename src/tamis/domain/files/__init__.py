"""Imports and exports, and the formats of their files."""
