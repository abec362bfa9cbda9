"""`tamis erase`."""

from tamis.actions.erasing import erase
from tamis.cli.ask import ask
from tamis.cli.common import Common, opened, show
from tamis.domain.errors import Unavailable


def erase_files(*, common: Common = Common()) -> None:  # noqa: B008  frozen
    """Take everything that was deleted out of the files, now rather than later."""
    with opened(common) as house:
        if not ask(house, erase):
            raise Unavailable("others read from the data at this moment, which keeps deleted values in it: try again")
    show(common, {"erased": True}, "Nothing of what was deleted is left in the files.")
