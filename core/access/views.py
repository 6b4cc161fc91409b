"""How a view says who may come in. The access middleware reads this and lets nobody in where it is missing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar

from core.access.roles import Capability, TokenScope

Face = Literal["public", "account", "staff", "portal", "api"]
View = TypeVar("View", bound=Callable[..., object])


@dataclass(frozen=True, slots=True)
class Access:
    """``public``: anybody. ``account``: anybody signed in. ``staff``: a member whose role has the capability.

    ``portal``: a contact of the client. ``api``: a token with the scope, and with ``reads`` for safe methods.
    """

    face: Face
    capability: str = ""
    token_scope: str = ""
    reads: str = ""
    # Only for somebody who has just shown again who they are; the page that they come back to, by its name.
    confirmed: str = ""


def _declare(access: Access) -> Callable[[View], View]:
    def mark(view: View) -> View:
        view.access = access  # type: ignore[attr-defined]
        return view

    return mark


def public(view: View) -> View:
    """Anybody may open this."""
    return _declare(Access("public"))(view)


def account(view: View) -> View:
    """Anybody who is signed in may open this; it shows nothing of any agency."""
    return _declare(Access("account"))(view)


def staff(capability: Capability, *, confirmed: str = "") -> Callable[[View], View]:
    """A member of the URL's agency whose role includes the capability.

    With ``confirmed`` only one who has typed their password or a code within the last minutes: an open session alone
    is not enough for what outlasts it. It names the page to come back to where what was posted is not repeated.
    """
    return _declare(Access("staff", capability=capability, confirmed=confirmed))


def portal(view: View) -> View:
    """A contact of the URL's client, in the database role that cannot write."""
    return _declare(Access("portal"))(view)


def api(token_scope: TokenScope, *, reads: TokenScope = TokenScope.READ) -> Callable[[View], View]:
    """A token: writing needs this scope, reading needs ``reads``, which is ``read`` for what every member may see."""
    return _declare(Access("api", token_scope=token_scope, reads=reads))


def access_of(view: Callable[..., object]) -> Access | None:
    """What the view declares, whether a function, a class-based view or a DRF view set."""
    for holder in (view, getattr(view, "view_class", None), getattr(view, "cls", None)):
        access = getattr(holder, "access", None)
        if isinstance(access, Access):
            return access
    return None
