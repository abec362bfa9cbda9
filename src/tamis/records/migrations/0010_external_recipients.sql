-- The same number for all additions of one address to segments of one contact type: by it an external recipient is known
-- in segments that name those to which it was added.
ALTER TABLE recipients_added ADD COLUMN person_id INTEGER NOT NULL DEFAULT 0;

UPDATE recipients_added SET person_id = (
    SELECT min(other.id)
    FROM recipients_added other
    JOIN segments its ON its.id = other.segment_id
    JOIN segments own ON own.id = recipients_added.segment_id
    WHERE other.email_key = recipients_added.email_key AND its.contact_type_id = own.contact_type_id
);

CREATE INDEX recipients_added_by_person ON recipients_added (person_id);
