"""What people have agreed to, and who may not be mailed."""
