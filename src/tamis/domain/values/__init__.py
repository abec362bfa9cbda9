"""Fields, and how text becomes their values."""
