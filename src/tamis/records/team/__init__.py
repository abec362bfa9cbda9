"""Users, their roles in accounts, and the links that invite them or set their passwords."""
