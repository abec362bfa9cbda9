"""Monitoring: counts of requests, the access log, health, and metrics."""
