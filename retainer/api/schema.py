"""The OpenAPI description: drf-spectacular, told about our tokens, errors and idempotency."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """A bearer token."""

    target_class = "retainer.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """HTTP bearer."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": "rtn_<key id>_<secret>"}


class ApiSchema(AutoSchema):
    """Adds to each operation what all of them have."""

    def get_override_parameters(self) -> list[Any]:
        """The Idempotency-Key header on every POST."""
        if self.method != "POST":
            return []
        return [IDEMPOTENCY]


IDEMPOTENCY: Any = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "maxLength": 128},
    "description": "A second call with the same key and body gets the first one's answer.",
}
