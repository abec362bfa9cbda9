"""Settings and the log."""
