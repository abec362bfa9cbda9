-- Numbers of the history that nothing will have: those that entries may have had which a restored backup lacks.
CREATE TABLE skipped_numbers (
    after INTEGER PRIMARY KEY,
    last INTEGER NOT NULL
) STRICT;
