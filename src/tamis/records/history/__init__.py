"""The history of memberships: who entered which segment and left it, when and why, which nothing can compute again."""
