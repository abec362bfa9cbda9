"""Dependencies that a page handler declares as parameters named `services`, `visitor`, `form`, `passwords` or
`confirmations`."""

from litestar.di import NamedDependency

from tamis.actions.services import Services
from tamis.web.console.auth.password_confirmation import PasswordConfirmations
from tamis.web.console.auth.passwords import Passwords
from tamis.web.console.requests.forms import Form
from tamis.web.console.requests.session import Visitor

ServicesDep = NamedDependency[Services]
VisitorDep = NamedDependency[Visitor]
"""The signed-in user; a handler that declares it redirects everybody else to the sign-in."""
FormDep = NamedDependency[Form]
PasswordsDep = NamedDependency[Passwords]
ConfirmationsDep = NamedDependency[PasswordConfirmations]
