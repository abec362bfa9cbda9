"""The log, the access log, health and metrics."""
