"""Parse the text cells of a file into values."""
