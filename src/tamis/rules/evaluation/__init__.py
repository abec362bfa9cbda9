"""What a rule says of one contact, in plain Python: the reference meaning, its reasons, segments that name others."""
