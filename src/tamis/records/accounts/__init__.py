"""Accounts, keys, sessions, and the audit log."""
