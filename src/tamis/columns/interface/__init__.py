"""What a columnar engine offers to the actions, whichever engine it is."""
