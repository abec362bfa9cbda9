"""What people have agreed to: which emails may not be mailed."""
