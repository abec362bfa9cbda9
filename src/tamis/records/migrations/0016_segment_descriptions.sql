-- What a segment is for, in the words of the people who use it.
ALTER TABLE segments ADD COLUMN description TEXT NOT NULL DEFAULT '';
