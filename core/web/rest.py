"""What every REST endpoint shares: strict bodies and queries, paging, idempotency, and headers of the rate limit.

An endpoint declares its shapes in three tables, by action: ``bodies`` (what it takes), ``queries`` (what may stand
behind the question mark; an action with one answers page by page, unless it is among ``singles``) and ``answers``
(what it gives). The views read them, and so does the OpenAPI description, so that the two cannot drift apart.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from functools import cache, cached_property
from math import isfinite
from operator import attrgetter
from typing import IO, TYPE_CHECKING, Any, ClassVar, TypeAlias, TypedDict, TypeVar, Unpack

from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ParseError, PermissionDenied
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from core import moments
from core.json_values import JsonValue
from core.web.idempotency import once
from core.web.limits import LARGEST, MOST_ERRORS, MOST_ROWS

if TYPE_CHECKING:
    from _typeshed import DataclassInstance
    from django_stubs_ext import StrOrPromise

# What an answer is read off: a row, what a selector made of rows, or names with values.
Row: TypeAlias = "models.Model | DataclassInstance | Mapping[str, object]"
M = TypeVar("M", bound="Row")
# What stands in an address.
UrlValue: TypeAlias = str | int | uuid.UUID


class FieldOptions(TypedDict, total=False):
    """How a field of ours is made; they pass it on."""

    read_only: bool
    write_only: bool
    required: bool | None
    allow_null: bool
    source: str | None
    help_text: StrOrPromise | None


WALL_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


class OutputSerializer(serializers.Serializer[Any]):
    """Output. It depends on nothing but the row, so that one instance of each class writes every answer.

    DRF finds out anew for each value of each row how to read it; here that is known after the first.
    """

    def to_representation(self, instance: Row) -> dict[str, JsonValue]:
        """The row as what JSON can carry."""
        if isinstance(instance, Mapping):
            return dict(super().to_representation(instance))
        said: dict[str, JsonValue] = {}
        for name, read, write in self._columns:
            value = read(instance)
            said[name] = None if value is None else write(value)
        return said

    @cached_property
    def _columns(self) -> list[tuple[str, Callable[[Row], object], Callable[[object], JsonValue]]]:
        return [(name, _reader(field), field.to_representation) for name, field in self.fields.items()]


def _reader(field: serializers.Field[object, object, object, Row]) -> Callable[[Row], object]:
    """How a field's value is read off a row: one look-up where its source is a path of plain attributes."""
    own_way = type(field).get_attribute is not serializers.Field.get_attribute
    if own_way or field.source == "*" or isinstance(field, serializers.BaseSerializer):
        return field.get_attribute
    return attrgetter(str(field.source))


@cache
def writer(shape: type[OutputSerializer]) -> OutputSerializer:
    """The instance that writes every answer of a shape."""
    return shape()


class InputSerializer(serializers.Serializer[Any]):
    """Input. A field that is not declared is refused by name, so that no misspelt one is silently lost."""

    # Of a change: the fields of the body it inherits from that are said once and for all.
    fixed: ClassVar[frozenset[str]] = frozenset()

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Those that may be sent."""
        return {name: field for name, field in super().get_fields().items() if name not in self.fixed}

    def to_internal_value(self, data: JsonValue) -> dict[str, object]:
        """The validated values; ValidationError names every unknown field."""
        if isinstance(data, Mapping):
            self.refuse_unknown(data)
        values: dict[str, object] = super().to_internal_value(data)
        return values

    def refuse_unknown(self, data: Mapping[str, JsonValue]) -> None:
        """ValidationError with every name that is not declared."""
        unknown = sorted(str(name) for name in data if name not in self.fields)[:MOST_ERRORS]
        if unknown:
            raise serializers.ValidationError({name[:100]: [_("There is no such field.")] for name in unknown})


class Nothing(InputSerializer):
    """A body or a query without fields."""


class Query(InputSerializer):
    """What every list takes. A subclass adds filters; a field's ``source`` is the lookup it stands for."""

    limit = serializers.IntegerField(
        required=False, min_value=1, max_value=MOST_ROWS, help_text=_("Rows a page, at most 200.")
    )
    cursor = serializers.CharField(required=False, help_text=_("From the address in next or previous."))

    @classmethod
    def filters(cls, validated: Mapping[str, object]) -> dict[str, object]:
        """The validated query without what belongs to paging."""
        return {name: value for name, value in validated.items() if name not in ("limit", "cursor")}


class Moment(serializers.DateTimeField):
    """An instant: ISO 8601, always in UTC on the way out. One without a zone is refused, because it names none."""

    def __init__(self, **options: Unpack[FieldOptions]) -> None:
        super().__init__(default_timezone=UTC, **options)

    def to_internal_value(self, value: str | datetime) -> datetime:
        """The instant in UTC."""
        try:
            return moments.parse_instant(value)
        except moments.BadMoment as error:
            raise serializers.ValidationError(gettext(error.message)) from error


class Day(serializers.DateField):
    """A date without a zone, such as 2026-03-02."""

    def to_internal_value(self, value: str | date) -> date:
        """The date."""
        try:
            return moments.day_within_reach(super().to_internal_value(value))
        except moments.BadMoment as error:
            raise serializers.ValidationError(gettext(error.message)) from error


class WholeMinutes(serializers.IntegerField):
    """A duration in seconds, as all of them are outside, of something that is kept in minutes."""

    def __init__(self, **options: Unpack[FieldOptions]) -> None:
        super().__init__(min_value=0, max_value=LARGEST, **options)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """Minutes; seconds that make no whole minute are refused."""
        seconds = super().run_validation(data)
        if seconds is None:
            return None
        if seconds % 60:
            raise serializers.ValidationError(_("Give whole minutes: a number that 60 divides."))
        return seconds // 60

    def to_representation(self, value: int) -> int:
        """Seconds."""
        return int(value) * 60


class WallTime(serializers.RegexField):
    """A time of day on a wall, such as 09:00, which belongs to a zone that is named elsewhere."""

    def __init__(self, **options: Unpack[FieldOptions]) -> None:
        super().__init__(r"^([01][0-9]|2[0-3]):[0-5][0-9]$", **options)

    def to_internal_value(self, data: Any) -> Any:
        """The time; its form is checked here, because validators come only after."""
        text = super().to_internal_value(data)
        if not WALL_TIME.fullmatch(text):
            raise serializers.ValidationError(_("Write a time of day, such as 09:00."))
        return time.fromisoformat(text)

    def to_representation(self, value: Any) -> str:
        """Hours and minutes."""
        return f"{value:%H:%M}"

    def run_validators(self, value: time) -> None:
        """Nothing more: it is a time already."""


class Number(serializers.FloatField):
    """A finite number; what JSON cannot carry is refused."""

    def to_internal_value(self, data: float | str) -> float:
        """The number."""
        # Python takes true for one.
        if isinstance(data, bool):
            self.fail("invalid")
        value = super().to_internal_value(data)
        if not isfinite(value):
            self.fail("invalid")
        return value


class Json(JSONParser):
    """JSON, where nesting without end is a mistake of the caller's and not of ours."""

    # Bytes of a body; None leaves it to what any request may have.
    most: ClassVar[int | None] = None

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, object] | None = None,
    ) -> dict[str, object]:
        """The value; ParseError where it cannot be read."""
        self._refuse_long(parser_context)
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError(_("This JSON is nested too deeply.")) from error

    def _refuse_long(self, context: Mapping[str, object] | None) -> None:
        request = context["request"] if self.most and context else None
        said = request.META.get("CONTENT_LENGTH") if isinstance(request, Request) else None
        if said and str(said).isdigit() and int(said) > (self.most or 0):
            raise ParseError(_("Send at most %(most)s bytes.") % {"most": self.most})


@cache
def _may_be_empty(query: type[InputSerializer]) -> bool:
    """Whether a query that says nothing is valid and means nothing."""
    empty = query(data={})
    return empty.is_valid() and not empty.validated_data


class Endpoint(GenericViewSet[Any]):
    """The base of every view set under ``/api/v1/``."""

    parser_classes = (Json,)
    lookup_field = "id"
    lookup_value_converter = "uuid"
    # OPTIONS would describe the views to whoever asks; the OpenAPI description does that.
    metadata_class = None
    # Filters are the fields of the action's query.
    filter_backends = ()

    bodies: ClassVar[Mapping[str, type[InputSerializer]]] = {}
    queries: ClassVar[Mapping[str, type[InputSerializer]]] = {}
    # What an action gives where it is not named in ``answers``.
    answer: ClassVar[type[OutputSerializer]]
    answers: ClassVar[Mapping[str, type[OutputSerializer]]] = {}
    # Actions that take a query and give one row.
    singles: ClassVar[frozenset[str]] = frozenset()
    # Actions that write nothing: the same call calculates again, so that no answer is kept under an Idempotency-Key.
    pure: ClassVar[frozenset[str]] = frozenset()
    # What belongs to the agency as a whole: a token of one client may not "write" it, or not even see "all" of it.
    of_agency: ClassVar[str] = ""

    def initial(self, request: Request, *args: UrlValue, **kwargs: UrlValue) -> None:
        """Checks the query before any view runs, and puts every POST behind its Idempotency-Key."""
        super().initial(request, *args, **kwargs)
        if self.action is None:
            # The method does not exist here, which DRF says by itself.
            return
        self._keep_to_client(request)
        self.asked: dict[str, Any] = self._query(request)
        if request.method == "POST" and self.action not in self.pure:
            self.post = self._once(getattr(self, self.action))

    def _keep_to_client(self, request: Request) -> None:
        token: Any = getattr(getattr(request, "_request", request), "api_token", None)
        reads = request.method in ("GET", "HEAD", "OPTIONS")
        if token is not None and token.client_id and self.of_agency and not (reads and self.of_agency == "write"):
            raise PermissionDenied(_("This token is one client's. This belongs to the whole agency."))

    def _query(self, request: Request) -> dict[str, object]:
        shape = self.queries.get(self._action, Nothing)
        if not request.query_params and _may_be_empty(shape):
            return {}
        query = shape(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        return Query.filters(query.validated_data)

    def _once(self, act: Callable[..., Response]) -> Callable[..., HttpResponseBase]:
        return lambda request, *args, **kwargs: once(request, lambda: act(request, *args, **kwargs))

    def finalize_response(self, request: Request, response: Response, *args: UrlValue, **kwargs: UrlValue) -> Response:
        """Adds how many calls the token has left in this minute."""
        finished = super().finalize_response(request, response, *args, **kwargs)
        rate = getattr(getattr(request, "_request", request), "rate", None)
        if rate:
            for name, value in zip(("Limit", "Remaining", "Reset"), rate, strict=True):
                finished[f"RateLimit-{name}"] = str(value)
        return finished

    def body(self, *, partial: bool = False) -> dict[str, Any]:
        """The validated body of this action; with ``partial`` only the fields that were sent, at least one."""
        serializer = self.bodies[self._action](data=self.request.data, partial=partial)
        serializer.is_valid(raise_exception=True)
        if partial and not serializer.validated_data:
            raise serializers.ValidationError(_("Send at least one field to change."))
        return dict(serializer.validated_data)

    def changed(self, row: Row) -> dict[str, Any]:
        """The body of a PATCH over what the row says now: everything that the action's body declares."""
        sent = self.body(partial=True)
        fields = self.bodies[self._action]().fields.values()
        names = [str(field.source) for field in fields if not field.write_only]
        return {name: getattr(row, name) for name in names} | sent

    def shape(self) -> type[OutputSerializer]:
        """What this action gives."""
        return self.answers.get(self._action) or self.answer

    def one(self, row: Row, *, status: int = 200) -> Response:
        """One row as an answer."""
        return Response(writer(self.shape()).to_representation(row), status=status)

    def once_told(self, row: Row, secret: str, *, status: int = 200) -> Response:
        """One row with a secret that no other answer will ever hold, not even to the same Idempotency-Key."""
        answer = Response({**writer(self.answer).to_representation(row), "secret": secret}, status=status)
        answer.said_once = ("secret",)  # type: ignore[attr-defined]
        return answer

    def page(self, rows: QuerySet[models.Model, M], shown: Callable[[list[M]], Sequence[Row]] = list) -> Response:
        """One page of a queryset, filtered by the query; ``shown`` turns its rows into what the shape reads."""
        found = self.paginate_queryset(rows.filter(**self.asked)) or []
        write = writer(self.shape()).to_representation
        return self.get_paginated_response([write(row) for row in shown(list(found))])

    @property
    def _action(self) -> str:
        if not self.action:
            raise ImproperlyConfigured("This runs inside an action.")
        return self.action


def verb(name: str, act: Callable[..., Row], key: str, about: str) -> Callable[..., Response]:
    """The POST of one verb on one row, at ``<id>/<name>/``: ``act`` gets the id as ``key`` with the fields of the body.

    It answers with the row that ``act`` returns. ``about`` is what the description of the API says of it.
    """

    def step(self: Endpoint, request: Request, id: uuid.UUID) -> Response:
        return self.one(act(**{key: id}, **self.body()))

    step.__name__, step.__doc__ = name, about
    return action(detail=True, methods=["post"], url_path=name.replace("_", "-"))(step)
