"""Pages about accounts and their users."""
