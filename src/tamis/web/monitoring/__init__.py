"""What an operator watches: counts of requests, the access log, health, and metrics."""
