"""Following membership changes."""
