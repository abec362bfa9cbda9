"""Columns that say who may be mailed: they suppress emails, and lift nothing.

Whoever a file says has unsubscribed is suppressed before any contact of it is stored, also where the row is rejected
for another reason, or repeated: so nobody can be mailed in between, or because of an error elsewhere in the row."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from tamis.actions.consent.suppressions import forecast_statuses, suppress_all
from tamis.actions.importing.reports.report import BadValue, ImportOptions
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account
from tamis.domain.consent.consent_values import CONSENT, NoSuppression, parse_consent
from tamis.domain.consent.suppressions import NewSuppression, SuppressionReason
from tamis.domain.contacts.emails import Email
from tamis.domain.errors import Invalid, Problem
from tamis.domain.files.import_reports import ImportedConsent
from tamis.staging.consent import ConsentColumn, count_ranks, iter_ranked_emails, parse_consent_columns
from tamis.staging.emails import EmailExpressions
from tamis.staging.handle import StagingDatabase

MEANINGS = (*SuppressionReason, NoSuppression.UNDECIDED, NoSuppression.SUBSCRIBED)
RANKS = {meaning: rank for rank, meaning in enumerate(MEANINGS)}
SUPPRESSING = range(len(SuppressionReason))
IMPORT_SOURCE = "import"
EMAILS_PER_TRANSACTION = 1_000


@dataclass(frozen=True, slots=True)
class ConsentColumns:
    """The parsed columns of consent of a file: their positions and names, the values that are not known, and how emails
    are read."""

    positions: tuple[int, ...]
    names: tuple[str, ...]
    unknown_values: Mapping[str, int]
    emails: EmailExpressions
    padded: frozenset[int]


def separate_consent(chosen: Mapping[str, str]) -> tuple[dict[str, str], frozenset[str]]:
    """Separate the columns mapped to consent from those mapped to fields."""
    columns = frozenset(column for column, target in chosen.items() if target.strip().lower() == CONSENT)
    return {column: target for column, target in chosen.items() if column not in columns}, columns


def parse_columns(
    staging: StagingDatabase,
    header: Sequence[str],
    positions: Sequence[int],
    emails: EmailExpressions,
    padded: frozenset[int],
    options: ImportOptions,
) -> ConsentColumns | None:
    """Parse the columns of consent, if there are any; raises Invalid."""
    if not positions:
        return None
    policies = {position: options.bad_values.get(header[position]) for position in positions}
    if adding := [header[position] for position, policy in policies.items() if policy is BadValue.ADD]:
        raise Invalid([Problem("bad_values", "no_options_of_consent", column=column) for column in adding])
    columns = [
        ConsentColumn(
            position,
            header[position],
            partial(_rank, header[position]),
            (policy or options.on_bad_value) is BadValue.BLANK,
        )
        for position, policy in policies.items()
    ]
    unknown = parse_consent_columns(staging, columns, padded)
    return ConsentColumns(tuple(positions), tuple(column.name for column in columns), unknown, emails, padded)


def suppress_by_columns(
    services: Services,
    account: Account,
    staging: StagingDatabase,
    columns: ConsentColumns | None,
    import_id: int | None,
    *,
    write: bool,
) -> ImportedConsent | None:
    """Suppress the emails of a file that its columns say may not be mailed; without `write`, only count them."""
    if columns is None:
        return None
    statuses: Counter[str] = Counter()
    request = f"import-{import_id}"
    for rows in iter_ranked_emails(staging, columns.positions, columns.emails, columns.padded, SUPPRESSING):
        items = [NewSuppression(Email(email, key), _reason(rank)) for email, key, rank in rows]
        for start in range(0, len(items), EMAILS_PER_TRANSACTION):
            some = items[start : start + EMAILS_PER_TRANSACTION]
            if write:
                done = services.submit_of(account.id, suppress_all, account, some, IMPORT_SOURCE, request).result()
            else:
                done = forecast_statuses(services.records.reader(), services.clock(), account, some)
            statuses.update(done)
    counts = count_ranks(staging, columns.positions, columns.emails, columns.padded)
    return ImportedConsent(
        columns=columns.names,
        suppressed=statuses["suppressed"],
        updated=statuses["updated"],
        unchanged=statuses["unchanged"],
        emails={str(MEANINGS[rank]): count for rank, count in counts.items()},
        unknown_values=columns.unknown_values,
    )


def _rank(column: str, text: str) -> int | None:
    meaning = parse_consent(column, text)
    return None if meaning is None else RANKS[meaning]


def _reason(rank: int) -> SuppressionReason:
    meaning = MEANINGS[rank]
    assert isinstance(meaning, SuppressionReason)
    return meaning
