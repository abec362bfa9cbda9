"""Which passwords may be set."""
