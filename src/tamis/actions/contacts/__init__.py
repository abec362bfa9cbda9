"""Find, change and remove contacts."""
