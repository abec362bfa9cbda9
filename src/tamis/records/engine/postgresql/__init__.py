"""The records in a PostgreSQL database."""
