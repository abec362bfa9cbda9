"""Detection of damage in the records: checksums, a check of the file, and a witness of commits."""
