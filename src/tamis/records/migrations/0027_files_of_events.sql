-- Files of events are uploaded and imported as files of contacts are.
ALTER TABLE imports ADD COLUMN subject TEXT NOT NULL DEFAULT 'contacts' CHECK (subject IN ('contacts', 'events'));
ALTER TABLE imports ADD COLUMN accepted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE uploads ADD COLUMN subject TEXT NOT NULL DEFAULT 'contacts' CHECK (subject IN ('contacts', 'events'));
