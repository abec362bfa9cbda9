"""Commands about contacts, their types and fields."""
