"""The Segment API, with the quirks that its clients rely on: raw ASGI handlers (docs/decisions/0030)."""
