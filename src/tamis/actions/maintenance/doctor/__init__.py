"""`tamis doctor`: verify that both stores of a live data directory are correct."""
