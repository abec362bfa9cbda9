"""Erasure after commands that delete contacts."""

from tamis.actions.local_calls import Erase
from tamis.actions.services import Services
from tamis.cli.client.local_client import run_call
from tamis.cli.common import print_notice
from tamis.cli.messages import error_lines
from tamis.domain.errors import TamisError


def erase_now(services: Services) -> bool:
    """Erase deleted data from the files if that takes only a moment; return, and print, whether it was done."""
    try:
        erased = run_call(services, Erase(only_if_small=True))
    except TamisError as error:  # the deletion itself is done
        print_notice("; ".join(error_lines(error)))
        erased = False
    if not erased:
        print_notice('A running server erases deleted data from the files later; to erase it now, run "tamis erase".')
    return erased
