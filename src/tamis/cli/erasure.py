"""What commands that delete contacts do about the bytes of them."""

from tamis.actions.local_calls import Erase
from tamis.actions.services import Services
from tamis.cli.common import print_notice
from tamis.cli.local_client import run_call
from tamis.cli.messages import error_lines
from tamis.domain.errors import TamisError


def erase_now(services: Services) -> bool:
    """Take what was deleted out of the files where that takes a moment only; tells, also people, whether it is done."""
    try:
        erased = run_call(services, Erase(only_if_small=True))
    except TamisError as error:  # what is deleted is deleted all the same
        print_notice("; ".join(error_lines(error)))
        erased = False
    if not erased:
        print_notice('A running server takes what was deleted out of the files later; "tamis erase" does it now.')
    return erased
