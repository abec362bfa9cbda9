"""Commands about segments."""
