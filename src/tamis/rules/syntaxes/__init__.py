"""How rules are written: text, JSON and the parallel arrays of the Segment API; and drafts, which all of them make."""
