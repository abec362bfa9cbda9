"""Suppressions: emails that may not be mailed."""

from datetime import datetime

from msgspec import UNSET, Struct, UnsetType

from tamis.client.models.contacts import ItemResults
from tamis.client.request import Model


class NewSuppression(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An email to suppress: its `reason` is `unsubscribed`, `complained`, `bounced` or `manual`, the default; it is
    suppressed since now, or since an earlier instant."""

    email: str
    reason: str | UnsetType = UNSET
    since: datetime | str | UnsetType = UNSET


class Suppression(Model, frozen=True, kw_only=True):
    """An email that may not be mailed; `email` is None if the person was forgotten."""

    id: int
    email: str | None = None
    reason: str
    source: str
    since: datetime


class SuppressionsResult(ItemResults, frozen=True, kw_only=True):
    """What became of emails to suppress: `updated` ones have a graver reason than before."""

    suppressed: int
    updated: int
    unchanged: int
    rejected: int
