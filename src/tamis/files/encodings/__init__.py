"""Detecting the text encoding of a file from its lines, and decoding it."""
