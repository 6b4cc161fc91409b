"""The OpenAPI description: drf-spectacular, told about our tokens, tables of shapes, errors and idempotency."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ComponentRegistry
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers

from core.json_values import JsonValue
from core.web.idempotency import HEADER, MOST_CHARACTERS
from core.web.problems import CONTENT_TYPE
from core.web.rest import InputSerializer, Nothing

IDEMPOTENCY = OpenApiParameter(
    HEADER,
    {"type": "string", "minLength": 1, "maxLength": MOST_CHARACTERS},
    OpenApiParameter.HEADER,
    description="A second call with the same key and body gets the first one's answer, for a day.",
)
ROW = OpenApiParameter("id", UUID, OpenApiParameter.PATH)


class ProblemField(serializers.Serializer[Any]):
    """What is wrong with one field."""

    field = serializers.CharField(allow_null=True)
    message = serializers.CharField()


class Problem(serializers.Serializer[Any]):
    """Why a call was refused (RFC 9457)."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text=_("What happened and what to do."))
    code = serializers.CharField(help_text=_("A word for programs."))
    errors = ProblemField(many=True, required=False)  # type: ignore[assignment]


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """A bearer token."""

    target_class = "retainer.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        """HTTP bearer."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": "rtn_<key id>_<secret>"}


class ApiSchema(AutoSchema):
    """Reads the endpoints' own tables, so that the description says what the views do."""

    view: Any

    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: ComponentRegistry
    ) -> dict[str, JsonValue] | None:
        """With the scope that the call needs, which OpenAPI has no word for."""
        operation = super().get_operation(path, path_regex, path_prefix, method, registry)
        access = self.view.access
        if operation:
            operation["x-token-scope"] = access.reads if self.method == "GET" else access.token_scope
        return operation

    def get_override_parameters(
        self,
    ) -> list[OpenApiParameter | serializers.Serializer[Any] | type[serializers.Serializer[Any]]]:
        """The query of the action, and the Idempotency-Key of every POST."""
        query = self.view.queries.get(self.view.action)
        parts = [(ROW, "{id}" in self.path), (query, query), (IDEMPOTENCY, self.method == "POST")]
        return [part for part, applies in parts if applies]

    def _is_list_view(self, serializer: Any = None) -> bool:
        """A read of the whole agency gives one answer, whatever its method is called."""
        listed: bool = self.view.action not in self.view.singles and super()._is_list_view(serializer)
        return listed

    def get_request_serializer(self) -> type[InputSerializer] | None:
        """The body of the action; None where it takes none."""
        body = self.view.bodies.get(self.view.action)
        return None if body in (None, Nothing) else body

    def get_response_serializers(self) -> Any:
        """What the action gives, and the problem that stands for every refusal."""
        refusal = OpenApiResponse(Problem, description=str(_("Refused; the status says why.")))
        if self.method == "DELETE":
            return {"204": None, ("default", CONTENT_TYPE): refusal}
        shape = self.view.answers.get(self.view.action) or self.view.answer
        many = self.view.action in self.view.queries and self.view.action not in self.view.singles
        status = "201" if self._is_create_operation() else "200"
        return {status: shape(many=True) if many else shape, ("default", CONTENT_TYPE): refusal}
