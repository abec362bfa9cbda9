"""The API for programs, below `/v1` (docs/decisions/0036)."""
