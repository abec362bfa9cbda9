"""The language of rules: one tree, its doors (arrays, JSON, text) and its meanings (SQL, Python, English). Pure."""
