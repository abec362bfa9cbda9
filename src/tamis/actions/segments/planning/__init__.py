"""What an edit, or time alone, will do to the members of segments, computed without doing it."""
