"""External recipients: emails manually added to segments of a contact type that are not contacts of it."""

from dataclasses import dataclass
from datetime import datetime

from tamis.domain.segments.segments import EXTERNAL_BIT
from tamis.domain.values.fields import CONTACT_ID, EMAIL, FIRST_NAME, LAST_NAME, SUPPRESSED, Field, Value


@dataclass(frozen=True, slots=True)
class External:
    """An external recipient of a contact type: email and name as last added; all other fields are blank.

    `person_id` is the same in all segments of the type. `included` and `excluded` are the live segments to which it was
    manually added, or from which it is excluded, each with the time.
    """

    person_id: int
    contact_type_id: int
    email: str
    first_name: str
    last_name: str
    included: dict[int, datetime]
    excluded: dict[int, datetime]
    suppressed: bool = False

    def value_of(self, field: Field) -> Value | None:
        """Return the value of a field, or None."""
        if field.id == CONTACT_ID.id:
            return EXTERNAL_BIT | self.person_id
        if field.id == SUPPRESSED.id:
            return self.suppressed
        known = {EMAIL.id: self.email, FIRST_NAME.id: self.first_name, LAST_NAME.id: self.last_name}
        return known.get(field.id) or None
