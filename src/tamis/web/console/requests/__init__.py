"""What requests of the console have in common: forms, sessions, errors, responses."""
