"""What is kept of imports, and how many contacts are stored at once."""
