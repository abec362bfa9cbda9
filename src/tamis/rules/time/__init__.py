"""Relative dates and anniversaries, and the breakpoints: instants at which time alone changes a result."""
