"""The fixed words of clients and their systems."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.vocabulary import Look, Vocabulary


class Criticality(Vocabulary):
    """The impact of an AI system's failure: business, data, cost. Never a severity and never a tier."""

    LOW = "low", Look(), _("Low criticality")
    MEDIUM = "medium", Look(), _("Medium criticality")
    HIGH = "high", Look(), _("High criticality")


class EnvironmentKind(Vocabulary):
    """Where a system runs. Only production opens incidents."""

    PRODUCTION = "production", _("Production")
    PREPRODUCTION = "preproduction", _("Preproduction")
