-- Accounts can be deleted. The row stays with its id, so that what the projector has not followed yet finds the time
-- zone, and that the deletion can be told.
ALTER TABLE accounts ADD COLUMN deleted_at INTEGER;
