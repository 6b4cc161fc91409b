"""What retainers tell others."""

from __future__ import annotations

CATALOGUE_INSTALLED = "agreements.catalogue.installed"
RETAINER_CREATED = "agreements.retainer.created"
RETAINER_UPDATED = "agreements.retainer.updated"
RETAINER_COVERED = "agreements.retainer.covered"
RETAINER_PROPOSED = "agreements.retainer.proposed"
RETAINER_WITHDRAWN = "agreements.retainer.withdrawn"
RETAINER_ACCEPTED = "agreements.retainer.accepted"
RETAINER_DECLINED = "agreements.retainer.declined"
RETAINER_ACTIVATED = "agreements.retainer.activated"
RETAINER_ENDING = "agreements.retainer.ending"
RETAINER_ENDED = "agreements.retainer.ended"
