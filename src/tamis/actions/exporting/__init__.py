"""Export contacts to files that other programs, and imports, can read."""
