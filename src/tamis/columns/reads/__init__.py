"""Questions about the present."""
