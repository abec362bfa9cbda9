"""The Segment API, quirks and all: raw ASGI handlers of the one application (docs/decisions/0030)."""
