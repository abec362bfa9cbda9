"""Events: what contacts did."""
