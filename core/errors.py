"""Errors that people are told about. A face turns each into its own words: a form error, a page, a problem+json."""

from __future__ import annotations


class DomainError(Exception):
    """Something the person can put right.

    ``message`` says what happened and what to do; ``field`` names the input it belongs to, if it is one.
    """

    code = "invalid"

    def __init__(self, message: str, *, field: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        if code:
            self.code = code


class NotFound(DomainError):
    """No such row for this tenant. A row of another tenant is exactly this too."""

    code = "not_found"


class Conflict(DomainError):
    """The row is in a state in which this cannot be done."""

    code = "conflict"


class Forbidden(DomainError):
    """This person or token may not do this here."""

    code = "forbidden"


class Full(Conflict):
    """The agency has as many of these as it may have."""

    code = "full"


class TooMany(DomainError):
    """More in this time than the agency or the token may; ``wait`` is how many seconds until there is room again."""

    code = "throttled"

    def __init__(self, message: str, *, wait: int) -> None:
        super().__init__(message)
        self.wait = wait
