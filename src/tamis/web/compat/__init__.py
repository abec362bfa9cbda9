"""The Segment API, quirks and all: a small ASGI application of its own (docs/decisions/0003)."""
