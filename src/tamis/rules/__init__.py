"""The language of rules: one tree, how it is written and told, and what it means in Python and in SQL. Pure."""
