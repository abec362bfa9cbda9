"""Webhooks: registering them, and delivering membership changes to them."""
