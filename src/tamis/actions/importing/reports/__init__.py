"""Previews, reports and failures of imports."""
