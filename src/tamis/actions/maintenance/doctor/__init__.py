"""`tamis doctor`: every law that the stores are to keep, checked on a data directory as it is."""
