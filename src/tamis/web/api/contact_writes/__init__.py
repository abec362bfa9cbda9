"""Writes of contacts: one by one, and in batches of any length."""
