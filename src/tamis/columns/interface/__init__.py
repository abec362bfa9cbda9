"""The queries that a columnar engine offers to the actions, independent of the engine."""
