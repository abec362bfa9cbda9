"""SQLite as an engine of rules, as a package of `src` would have it: it proves that one more engine is one more table.

Nothing is registered with SQLite: all that rules ask for is spelled with what it has.
"""
