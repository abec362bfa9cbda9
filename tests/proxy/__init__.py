"""Tamis behind proxies."""
