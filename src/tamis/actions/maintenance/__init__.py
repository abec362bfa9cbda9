"""The operation of a server: backups, checks, erasure and retention."""
