"""The fixed words of the improvement backlog."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.vocabulary import Look, Vocabulary


class BacklogState(Vocabulary):
    """The state words of a backlog item."""

    IDEA = "idea", Look("neutral", "lightbulb"), _("Idea")
    SCORED = "scored", Look("neutral", "scale"), _("Scored")
    READY = "ready", Look("neutral", "flag"), _("Ready")
    PLANNED = "planned", Look("neutral", "calendar"), _("Planned")
    DOING = "doing", Look("info", "loader"), _("Doing")
    VERIFY = "verify", Look("warn", "eye"), _("Verify")
    DONE = "done", Look("good", "circle-check"), _("Done")


class BacklogKind(Vocabulary):
    """What an item would change."""

    FEATURE = "feature", _("New prompt or feature")
    DATA_QUALITY = "data_quality", _("Data quality")
    INTEGRATION = "integration", _("Integration update")
