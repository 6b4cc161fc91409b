"""Cursor paging: stable while rows are added, the same cost on every page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

from django.core.exceptions import ValidationError as BadValue
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request

from core.moments import BadMoment, parse_instant
from core.web.limits import MOST_ROWS

# DRF's views load this module, so it cannot load them.
if TYPE_CHECKING:
    from rest_framework.views import APIView

Found = TypeVar("Found", bound=Model, covariant=True)
Row = TypeVar("Row", covariant=True)
# The one order of ours that is not by id.
BY_MOMENT = "-slot"


class Newest(CursorPagination):
    """Newest first. ``?limit=`` asks for up to 200 rows; ``next`` and ``previous`` are whole addresses."""

    ordering = "-id"
    page_size = 50
    page_size_query_param = "limit"
    max_page_size = MOST_ROWS

    def paginate_queryset(
        self, queryset: QuerySet[Found, Row] | Sequence[Row], request: Request, view: APIView | None = None
    ) -> list[Row] | None:
        """The rows of the page the cursor points at; a view may name another unique column to order by."""
        self.ordering = getattr(view, "ordering", None) or self.ordering
        try:
            self._refuse_made_up(request)
            return super().paginate_queryset(queryset, request, view)
        except (NotFound, BadValue) as error:
            # A cursor that was cut off or made up.
            raise ValidationError({"cursor": [_("This is not a cursor. Start again without one.")]}) from error

    def _refuse_made_up(self, request: Request) -> None:
        # Ids are unique, so that every cursor of ours has a position; without one it would mean the first page.
        cursor = self.decode_cursor(request)
        if cursor is None:
            return
        if cursor.position is None:
            raise NotFound
        if self.ordering == BY_MOMENT:
            try:
                parse_instant(cursor.position)
            except BadMoment as error:
                raise NotFound from error
