"""Commands about accounts and their users."""
