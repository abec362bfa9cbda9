"""Membership changes, as writers and followers of the feed see them."""
