"""Backups, erasure down to the bytes of the files, and verification."""
