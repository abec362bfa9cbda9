"""Suppressions, subscriptions, providers, and forgotten or excluded emails."""
