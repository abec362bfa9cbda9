"""Attacks on a server of one's own, bounded in count and time: what they cost, and what others notice of them."""
