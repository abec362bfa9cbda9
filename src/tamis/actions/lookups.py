"""Queries of the records that interfaces run directly, because an action would add nothing to them."""

from tamis.records.accounts.accounts import account_by_id
from tamis.records.accounts.keys import access_by_key_pair, access_by_secret
from tamis.records.change_log import last_change
from tamis.records.events.catalogue import catalogue_of_type as events_of_type
from tamis.records.handles import Reader, Transaction, snapshot
from tamis.records.segments.overrides import is_excluded
from tamis.records.segments.segments import live_of_account as segments_of_account
from tamis.records.segments.segments import live_of_type as segments_of_type
from tamis.records.types import fields_of_type, names_of_types, type_by_id, types_of_account

__all__ = [
    "Reader",
    "Transaction",
    "access_by_key_pair",
    "access_by_secret",
    "account_by_id",
    "events_of_type",
    "fields_of_type",
    "is_excluded",
    "last_change",
    "names_of_types",
    "segments_of_account",
    "segments_of_type",
    "snapshot",
    "type_by_id",
    "types_of_account",
]
