"""How long the events of a name are kept."""

import logging
import re
from datetime import datetime
from zoneinfo import ZoneInfo

from tamis import log
from tamis.actions.audit import record_entry
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account
from tamis.domain.accounts.audit import AuditAction, event_name_subject
from tamis.domain.errors import Invalid, Problem, TamisError, ValueProblem
from tamis.domain.events.events import EventName
from tamis.domain.values.durations import Duration, Unit, parse_duration, subtract_duration
from tamis.domain.values.instants import day_in_utc, day_of, to_micros
from tamis.domain.values.text import shorten
from tamis.records import change_log
from tamis.records.accounts import accounts
from tamis.records.events.catalogue import catalogue_of_type, limited_names, type_of_name
from tamis.records.events.write import remove_before
from tamis.records.handles import Transaction
from tamis.records.maintenance import erasure

FOREVER = "forever"
_SHORT = re.compile(r"([0-9]{1,6}) *(y|mo|w|d)", re.IGNORECASE | re.ASCII)
_UNITS = {"y": Unit.YEAR, "mo": Unit.MONTH, "w": Unit.WEEK, "d": Unit.DAY}


def parse_keep(text: str) -> Duration | None:
    """Parse how long events are kept, such as "2 years" or 2y; None is for ever. Raises Invalid."""
    text = text.strip()
    if text.lower() == FOREVER:
        return None
    short = _SHORT.fullmatch(text)
    try:
        keep = Duration(int(short[1]), _UNITS[short[2].lower()]) if short else parse_duration(text)
    except ValueProblem:
        raise Invalid([Problem("keep", "keep_not_read", text=shorten(text))]) from None
    if keep.count == 0 or keep.unit is Unit.HOUR:
        raise Invalid([Problem("keep", "keep_not_read", text=shorten(text))])
    return keep


def kept_since(keep: Duration, now: datetime, zone: ZoneInfo) -> datetime:
    """Return the start of the first day whose events are kept, in the time zone of an account."""
    return day_in_utc(subtract_duration(day_of(now, zone), keep), zone)[0]


def remove_expired(db: Transaction, now: datetime, account: Account, name: EventName) -> bool:
    """Remove the events of a name that are older than they are kept, and return whether there may have been any. Their
    bytes are erased later."""
    if name.keep is None:
        return False
    before = kept_since(name.keep, now, account.zone)
    removed = remove_before(db, name.id, to_micros(before))
    if removed:
        change_log.record_removal(db, name.contact_type_id, name.id, before, now)
        erasure.request_erasure(db, now)
        first_day = day_of(before, account.zone).isoformat()
        record_entry(db, now, account.id, AuditAction.EVENTS_EXPIRED, event_name_subject(name), kept_since=first_day)
    return removed


def remove_expired_events(services: Services) -> None:
    """Remove the expired events of all names, each in its own transaction; a failure is logged, and it is tried again
    the next day."""
    for account_id, name_id in limited_names(services.records.reader()):
        try:
            services.submit_of(account_id, _remove_expired_of, account_id, name_id).result()
        except TamisError as error:
            log.event("events_not_expired", level=logging.ERROR, event_name=name_id, reason=str(error))


def _remove_expired_of(db: Transaction, now: datetime, account_id: int, name_id: int) -> None:
    account, type_id = accounts.account_by_id(db, account_id), type_of_name(db, account_id, name_id)
    if account and type_id is not None:
        remove_expired(db, now, account, catalogue_of_type(db, type_id).by_id[name_id])
