"""What the ground tells others."""

from __future__ import annotations

AGENCY_UPDATED = "core.agency.updated"
