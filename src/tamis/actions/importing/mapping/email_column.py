"""Finding the email column of a file by its name and its cells."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from tamis.domain.consent.consent_values import states_suppressions
from tamis.domain.contacts.email_names import NameMatch, match_name
from tamis.domain.contacts.emails import AT_SIGN, clean_email
from tamis.domain.errors import Message

CELLS_CHECKED = 200


@dataclass(frozen=True, slots=True)
class ColumnContents:
    """A summary of some cells of a column: how many are filled, whether most of these are emails, whether they are
    objects, which no field can hold, and whether they seem to say whose emails are suppressed."""

    filled: int
    holds_emails: bool
    is_nested: bool = False
    states_suppressions: bool = False


@dataclass(frozen=True, slots=True)
class EmailColumn:
    """The position of the email column and of other candidates; `by_contents` if only its cells tell."""

    position: int
    others: tuple[int, ...]
    by_contents: bool


def summarize_columns(
    rows: Sequence[Sequence[str | None]], header: Sequence[str], nested: Collection[int]
) -> list[ColumnContents]:
    """Summarize the columns of some rows; those in `nested` hold objects."""
    cells = ([cell for row in rows if (cell := row[position])] for position in range(len(header)))
    return [
        replace(
            _summarize(some),
            is_nested=position in nested,
            states_suppressions=states_suppressions(header[position], set(some)),
        )
        for position, some in enumerate(cells)
    ]


def find_email_column(
    header: Sequence[str], contents: Sequence[ColumnContents], candidates: Iterable[int], mapped: Collection[int]
) -> EmailColumn | None:
    """Find the email column among candidates, of which those in `mapped` have a field already.

    A column that holds emails beats one that does not; then the better name wins, then an unmapped column, then the
    fuller one. A name that only contains "email" counts unless the cells contradict it."""
    ranks = {
        position: (
            contents[position].holds_emails,
            match_name(header[position]),
            position not in mapped,
            contents[position].filled,
            -position,
        )
        for position in candidates
        if _may_be(header[position], contents[position])
    }
    if not ranks:
        return None
    best = max(ranks, key=lambda position: ranks[position])
    others = tuple(p for p in ranks if p != best and contents[p].holds_emails)
    return EmailColumn(best, others, by_contents=ranks[best][1] is NameMatch.NONE)


def email_column_notices(header: Sequence[str], found: EmailColumn) -> tuple[Message, ...]:
    """Return notices that say which column was taken where that is not obvious."""
    taken = header[found.position]
    if found.others:
        names = [header[position] for position in found.others]
        code = "another_email_column" if len(names) == 1 else "other_email_columns"
        return (Message(code, column=taken, others=names, other=names[0]),)
    return (Message("email_column_by_contents", column=taken),) if found.by_contents else ()


def _may_be(name: str, contents: ColumnContents) -> bool:
    match = match_name(name)
    return contents.holds_emails or match >= NameMatch.KNOWN or (match is NameMatch.PART and not contents.filled)


def _summarize(cells: Sequence[str]) -> ColumnContents:
    filled = [cell for cell in cells if not cell.isspace()]
    like = [cell for cell in filled if AT_SIGN.search(cell)]
    if 2 * len(like) <= len(filled):
        return ColumnContents(len(filled), holds_emails=False)
    sample = like[:: -(-len(like) // CELLS_CHECKED)]
    good = sum(clean_email(cell) is not None for cell in sample)
    return ColumnContents(len(filled), 2 * len(like) * good > len(filled) * len(sample))
