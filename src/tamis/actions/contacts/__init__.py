"""Contacts: finding, changing and removing them."""
