"""Resolvers of ids in URLs, scoped to the visitor's account."""

from tamis.actions.fields.types import type_by_id
from tamis.actions.services import Services
from tamis.domain.contacts.contacts import ContactType
from tamis.web.console.requests.session import Visitor


def resolve_type(services: Services, visitor: Visitor, type_id: int) -> ContactType:
    """Return a contact type of the visitor's account; raises NotFound."""
    return type_by_id(services.records.reader(), visitor.account, type_id)
