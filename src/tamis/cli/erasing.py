"""What commands that delete contacts do about the bytes of them."""

from tamis.actions.local_calls import Erase
from tamis.actions.services import Services
from tamis.cli.ask import ask
from tamis.cli.common import notice
from tamis.cli.words import lines_of
from tamis.domain.errors import TamisError


def erase_now(services: Services) -> bool:
    """Take what was deleted out of the files where that takes a moment only; tells, also people, whether it is done."""
    try:
        erased = ask(services, Erase(only_if_small=True))
    except TamisError as error:  # what is deleted is deleted all the same
        notice("; ".join(lines_of(error)))
        erased = False
    if not erased:
        notice('A running server takes what was deleted out of the files later; "tamis erase" does it now.')
    return erased
