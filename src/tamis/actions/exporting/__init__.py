"""Write contacts to files that others can read, and that an import reads again."""
