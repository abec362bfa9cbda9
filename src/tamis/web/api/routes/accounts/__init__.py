"""Calls about the account, changes, webhooks and providers."""
