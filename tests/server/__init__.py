"""Tests of the HTTP server: unauthenticated limits, framing, and shutdown."""
