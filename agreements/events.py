"""What retainers tell others."""

from __future__ import annotations

from dataclasses import dataclass

CATALOGUE_INSTALLED = "agreements.catalogue.installed"
RETAINER_CREATED = "agreements.retainer.created"
RETAINER_UPDATED = "agreements.retainer.updated"
RETAINER_COVERED = "agreements.retainer.covered"
RETAINER_ACTIVATED = "agreements.retainer.activated"
RETAINER_ENDING = "agreements.retainer.ending"
RETAINER_ENDED = "agreements.retainer.ended"


@dataclass(frozen=True, slots=True)
class RetainerNews:
    """All events of a retainer carry its id as text; terms are read, never carried."""

    id: str
