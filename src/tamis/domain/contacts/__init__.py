"""Contacts, their types, and their emails."""
