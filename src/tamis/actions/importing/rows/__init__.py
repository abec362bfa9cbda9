"""How rows are checked and stored."""
