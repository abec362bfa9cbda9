"""`tamis doctor` finds what is wrong, names it, and is silent about the rest."""
