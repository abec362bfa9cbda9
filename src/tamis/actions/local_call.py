"""What all calls of commands have in common (see `local_calls`)."""

from abc import abstractmethod
from typing import Generic, TypeVar

import msgspec

from tamis.actions.services import Services

Result = TypeVar("Result")


class LocalCall(msgspec.Struct, Generic[Result], frozen=True, tag=True, forbid_unknown_fields=True):
    """A call; its class is the tag of the message, and its fields are the arguments."""

    @abstractmethod
    def run(self, services: Services) -> Result:
        """Run the call with the columns of this process."""

    @property
    def target_account(self) -> int | None:
        """The account that the call concerns, None for all accounts."""
        found: int | None = getattr(self, "account_id", None)
        return found
