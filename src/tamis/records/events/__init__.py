"""Events in the records: what contacts did, the catalogue of its names, and what is removed."""
