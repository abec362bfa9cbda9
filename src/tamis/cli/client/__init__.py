"""Connections of commands to a server."""
