"""Infer what the columns of a file hold: their kinds, and how their numbers and dates are written."""
