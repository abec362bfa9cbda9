"""What a page may ask for by naming a parameter `services`, `visitor`, `form`, `passwords` or `confirmations`."""

from litestar.di import NamedDependency

from tamis.actions.services import Services
from tamis.web.console.auth.password_confirmation import PasswordConfirmations
from tamis.web.console.auth.passwords import Passwords
from tamis.web.console.forms import Form
from tamis.web.console.session import Visitor

ServicesDep = NamedDependency[Services]
VisitorDep = NamedDependency[Visitor]
"""Whoever is signed in; a page that names it leads everybody else to the sign-in."""
FormDep = NamedDependency[Form]
PasswordsDep = NamedDependency[Passwords]
ConfirmationsDep = NamedDependency[PasswordConfirmations]
