"""The records on PostgreSQL: what only this engine has."""
