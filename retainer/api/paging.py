"""Cursor paging: stable while rows are added, the same cost on every page."""

from __future__ import annotations

from rest_framework.pagination import CursorPagination


class Newest(CursorPagination):
    """Newest first. ``?limit=`` asks for up to 200 rows; ``next`` and ``previous`` are whole addresses."""

    ordering = "-id"
    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 200
