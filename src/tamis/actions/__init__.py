"""What can be done: one verb per function, one transaction each."""
