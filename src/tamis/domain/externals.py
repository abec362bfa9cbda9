"""External recipients: addresses that were added to segments of a contact type by hand and are no contacts of it."""

from dataclasses import dataclass
from datetime import datetime

from tamis.domain.fields import EMAIL, FIRST_NAME, LAST_NAME, Field, Value


@dataclass(frozen=True, slots=True)
class External:
    """An external recipient of a contact type: its address and name as it was added last; every other field is blank.

    `person_id` is the same in all segments of the type. `included` tells since when it is in the live segments to which
    it was added, and `excluded` since when it is kept out of others.
    """

    person_id: int
    contact_type_id: int
    email: str
    first_name: str
    last_name: str
    included: dict[int, datetime]
    excluded: dict[int, datetime]

    def value_of(self, field: Field) -> Value | None:
        """Return what is known of a field, or None where it is blank."""
        known = {EMAIL.id: self.email, FIRST_NAME.id: self.first_name, LAST_NAME.id: self.last_name}
        return known.get(field.id) or None
