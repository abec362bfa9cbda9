"""The HTTP server: uvicorn with our own protocol, which limits what unauthenticated clients can consume."""
