"""Contact types and their fields."""
