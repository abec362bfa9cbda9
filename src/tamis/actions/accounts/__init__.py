"""Accounts, key pairs, passwords and sessions."""
