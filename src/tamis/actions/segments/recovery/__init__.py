"""What segments were: the versions of their rules, and deleted segments, which can be restored."""
