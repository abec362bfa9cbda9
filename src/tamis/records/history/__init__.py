"""The history of memberships: who entered and left which segment, when and why. It cannot be recomputed."""
