"""Days, anniversaries and durations from now, and the instants at which time alone changes an answer."""
