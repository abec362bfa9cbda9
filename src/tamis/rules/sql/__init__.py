"""The meaning of a rule in SQL: what every engine must spell, and the compiler that walks the tree."""
