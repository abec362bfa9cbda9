"""How the cells of an imported file are read: what a column holds, and how its numbers and dates are written."""
