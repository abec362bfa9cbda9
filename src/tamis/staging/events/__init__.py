"""Staging events: from rows of text cells to events of known contacts, in SQL."""
