"""The console: pages for people who build segments in a browser."""
