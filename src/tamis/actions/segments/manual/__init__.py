"""Members of segments as programs know them: by email, with their values, added and removed manually."""
