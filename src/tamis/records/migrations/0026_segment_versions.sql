-- Every rule that a segment has had is kept, and deleted segments stay restorable for a while: `purged_at` is when that
-- ended. The sizes of a version are those just before and after the projection first applied it.
CREATE TABLE segment_versions (
    segment_id INTEGER NOT NULL REFERENCES segments (id),
    number INTEGER NOT NULL,
    name TEXT NOT NULL,
    rule TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    actor_kind TEXT,
    actor_id TEXT,
    actor_name TEXT,
    restored_from INTEGER,
    size_before INTEGER,
    size_after INTEGER,
    PRIMARY KEY (segment_id, number)
) STRICT, WITHOUT ROWID;
INSERT INTO segment_versions (segment_id, number, name, rule, created_at)
SELECT id, 1, name, rule, updated_at FROM segments;

ALTER TABLE segments ADD COLUMN purged_at INTEGER;
CREATE INDEX deleted_segments ON segments (account_id) WHERE deleted_at IS NOT NULL AND purged_at IS NULL;
