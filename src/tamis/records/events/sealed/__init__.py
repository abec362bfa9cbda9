"""Runs: where events are once the projection has them, as compressed lines in the order of their contacts.

A block has about 16 KB of lines, a run has blocks in the order of contacts, and small runs are merged into larger ones
(docs/decisions/0045-events.md).
"""
