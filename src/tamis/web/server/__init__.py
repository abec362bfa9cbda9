"""The HTTP server: uvicorn with a protocol of our own, which holds what nobody has to sign in for within limits."""
