"""What an operator does: backups, checks, erasure, upkeep."""
