"""The numbers that bodies and queries of the API are held to."""

from __future__ import annotations

# Rows a page at most.
MOST_ROWS = 200
# PostgreSQL's integer, so that a number too large is a 400 and not an error of the database.
LARGEST = 2_147_483_647
