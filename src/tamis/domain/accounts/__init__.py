"""Accounts, their users, and the audit log."""
