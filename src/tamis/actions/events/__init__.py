"""Events: accepting what contacts did, the catalogue of its names, timelines, imports, and what is kept how long."""
