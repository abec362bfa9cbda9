"""The history of memberships: its queries, and its exchange with the records."""
