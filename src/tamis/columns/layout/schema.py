"""The tables of the column store, but for those of contacts, which follow their fields (see `layout`)."""

from unicodedata import unidata_version

VERSION = 7
OLDEST_WITH_HISTORY, NEWEST_WITH_HISTORY = 3, 6
"""Versions that were the only place of the history, which the records take over (see `history.legacy`)."""
UNICODE = unidata_version
"""The version of Unicode by which texts are folded: it may add letters, and the texts that have them fold otherwise."""

SCHEMA = """
CREATE TABLE meta (
    version INTEGER NOT NULL, store_id VARCHAR NOT NULL, applied BIGINT NOT NULL, unicode VARCHAR NOT NULL,
    mark BIGINT NOT NULL
);
CREATE TABLE members (recipient_id BIGINT NOT NULL, entered_at TIMESTAMP NOT NULL);
CREATE TABLE recent (recipient_id BIGINT NOT NULL, step TINYINT NOT NULL, instant TIMESTAMP NOT NULL);
CREATE TABLE sizes (segment_id BIGINT NOT NULL, recipients BIGINT NOT NULL);
CREATE TABLE clocks (
    contact_type_id BIGINT NOT NULL, as_of TIMESTAMP NOT NULL, midnight TIMESTAMP, edge TIMESTAMP
);
CREATE TABLE added (
    id BIGINT NOT NULL, segment_id BIGINT NOT NULL, contact_id BIGINT, recipient_id BIGINT NOT NULL,
    email VARCHAR NOT NULL, first_name VARCHAR NOT NULL, last_name VARCHAR NOT NULL, created_at TIMESTAMP NOT NULL,
    person_id BIGINT NOT NULL, email_folded VARCHAR NOT NULL, first_name_folded VARCHAR NOT NULL,
    last_name_folded VARCHAR NOT NULL
);
CREATE TABLE removed (segment_id BIGINT NOT NULL, contact_id BIGINT NOT NULL);
CREATE TABLE transitions (
    number BIGINT NOT NULL, recipient_id BIGINT NOT NULL, step TINYINT NOT NULL, instant TIMESTAMP NOT NULL,
    cause VARCHAR NOT NULL
);
CREATE TABLE fillings (
    number BIGINT NOT NULL, segment_id BIGINT NOT NULL, instant TIMESTAMP NOT NULL, cause VARCHAR NOT NULL,
    recipients BIGINT NOT NULL
);
CREATE TABLE daily_sizes (
    segment_id BIGINT NOT NULL, day DATE NOT NULL, recipients BIGINT NOT NULL, entered BIGINT NOT NULL,
    departed BIGINT NOT NULL, filled VARCHAR
);
"""
"""`transitions`, `fillings` and `daily_sizes` are copies of the history in the records; `mark` says of which state."""
