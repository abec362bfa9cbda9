"""Questions about the past, and how the log of membership changes stays short."""
