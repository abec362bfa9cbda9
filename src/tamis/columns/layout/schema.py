"""The tables of the projection, except those of contacts, which depend on their fields (see `contacts`)."""

from unicodedata import unidata_version

VERSION = 9
FIRST_WITH_HISTORY, LAST_WITH_HISTORY = 3, 6
"""Versions that alone kept the history, which the records take over (see `history.legacy`)."""
UNICODE = unidata_version
"""The version of Unicode by which texts are folded: a later one may fold texts with new letters differently."""

SCHEMA = """
CREATE TABLE meta (
    version INTEGER NOT NULL, store_id VARCHAR NOT NULL, applied BIGINT NOT NULL, unicode VARCHAR NOT NULL,
    mark BIGINT NOT NULL
);
CREATE TABLE members (recipient_id BIGINT NOT NULL, entered_at TIMESTAMP NOT NULL);
CREATE TABLE recent_changes (recipient_id BIGINT NOT NULL, delta TINYINT NOT NULL, instant TIMESTAMP NOT NULL);
CREATE TABLE segment_sizes (segment_id BIGINT NOT NULL, recipients BIGINT NOT NULL);
CREATE TABLE clocks (
    contact_type_id BIGINT NOT NULL, as_of TIMESTAMP NOT NULL, midnight TIMESTAMP, breakpoint TIMESTAMP
);
CREATE TABLE inclusions (
    id BIGINT NOT NULL, segment_id BIGINT NOT NULL, contact_id BIGINT, recipient_id BIGINT NOT NULL,
    email VARCHAR NOT NULL, first_name VARCHAR NOT NULL, last_name VARCHAR NOT NULL, created_at TIMESTAMP NOT NULL,
    person_id BIGINT NOT NULL, suppressed BOOLEAN NOT NULL, email_folded VARCHAR NOT NULL,
    first_name_folded VARCHAR NOT NULL, last_name_folded VARCHAR NOT NULL
);
CREATE TABLE exclusions (segment_id BIGINT NOT NULL, contact_id BIGINT NOT NULL);
CREATE TABLE membership_changes (
    number BIGINT NOT NULL, recipient_id BIGINT NOT NULL, delta TINYINT NOT NULL, instant TIMESTAMP NOT NULL,
    cause VARCHAR NOT NULL
);
CREATE TABLE membership_snapshots (
    number BIGINT NOT NULL, segment_id BIGINT NOT NULL, instant TIMESTAMP NOT NULL, cause VARCHAR NOT NULL,
    recipients BIGINT NOT NULL
);
CREATE TABLE daily_sizes (
    segment_id BIGINT NOT NULL, day DATE NOT NULL, recipients BIGINT NOT NULL, entered BIGINT NOT NULL,
    departed BIGINT NOT NULL, snapshot_cause VARCHAR
);
"""
"""`membership_changes`, `membership_snapshots` and `daily_sizes` are copies of the history in the records, in the state
that `mark` names."""
