"""Descriptions of rules for people: a sentence, a nested list, and examples."""
