-- Names are compared as texts are: in one normal form, with full case folding. Where two names that were told apart are
-- the same now, the second keeps its key.
UPDATE OR IGNORE contact_types SET name_key = fold(name) WHERE deleted_at IS NULL;
UPDATE OR IGNORE segments SET name_key = fold(name) WHERE deleted_at IS NULL;
