"""Contact types, fields and segments as a file: what `tamis pull`, `tamis plan` and `tamis apply` work with."""
