"""The HTTP server itself: limits that need no key, framing, and how it stops."""
