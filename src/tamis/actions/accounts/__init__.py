"""Accounts, keys and signing in."""
