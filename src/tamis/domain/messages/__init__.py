"""The sentences of all messages that are the same in every interface.

An interface that names its own options, fields or links has its own table, which takes precedence.
"""

from tamis.domain.messages.catalog import MessageCatalog
from tamis.domain.messages.data import DATA
from tamis.domain.messages.definitions import DEFINITIONS
from tamis.domain.messages.events import EVENTS
from tamis.domain.messages.files import FILES
from tamis.domain.messages.imports import IMPORTS
from tamis.domain.messages.rules import RULES
from tamis.domain.messages.stores import STORES
from tamis.domain.messages.team import TEAM
from tamis.domain.messages.values import VALUES

SHARED = {**VALUES, **RULES, **FILES, **IMPORTS, **STORES, **DATA, **DEFINITIONS, **EVENTS, **TEAM}
ENGLISH = MessageCatalog(SHARED)
