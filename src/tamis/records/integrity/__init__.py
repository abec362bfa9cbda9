"""What keeps damage of the records from being taken for data: checksums, a check of the file, and what was found."""
