"""The numbers that bodies and queries of the API are held to."""

from __future__ import annotations

# Rows a page at most.
MOST_ROWS = 200
# A body at most. The largest that is meant, a thousand values that are sent, has a tenth of it.
MOST_BYTES = 1 << 20
# Of a body in which everything is wrong so much is said.
MOST_ERRORS = 50
# PostgreSQL's integer, so that a number too large is a 400 and not an error of the database.
LARGEST = 2_147_483_647
