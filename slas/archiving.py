"""Policies and calendars that are offered no more. Nothing is deleted: what was promised can always be shown.

A policy rests only when nobody has it and no clock runs under it, and then none starts: time alone never warns or
escalates under it again.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import TypeVar

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.audit import record_and_announce
from core.clock import now
from core.errors import Conflict, NotFound
from slas import events
from slas.calendars.models import Calendar
from slas.calendars.slugs import free_title, save_named
from slas.clocks.models import Clock
from slas.policies.models import Policy, PolicyVersion, Target
from slas.policies.share_locks import offered_calendars, offered_policies
from slas.policies.usage import holders_of

Row = TypeVar("Row", Policy, Calendar)
# So many names stand in a message; the rest are counted.
MOST_NAMED = 3


def update_policy(*, policy_id: uuid.UUID, name: str, description: str) -> Policy:
    """Another name and description. The address, and everything that was promised, stays."""
    with transaction.atomic():
        policy = _policy(policy_id)
        policy.name, policy.description = free_title(name, policy), " ".join(description.split())[:300]
        save_named(policy)
        record_and_announce(action=events.POLICY_UPDATED, object_type="policy", object_id=policy.id)
        return policy


def update_calendar(*, calendar_id: uuid.UUID, name: str) -> Calendar:
    """Another name. The address, and every hour, stays."""
    with transaction.atomic():
        calendar = _calendar(calendar_id)
        calendar.name = free_title(name, calendar)
        save_named(calendar)
        record_and_announce(action=events.CALENDAR_UPDATED, object_type="calendar", object_id=calendar.id)
        return calendar


def archive_policy(*, policy_id: uuid.UUID) -> Policy:
    """Offers the policy no more. Refused while an agreement has it or a clock still runs under it."""
    with transaction.atomic():
        policy = _policy(policy_id)
        if held := holders_of(policy.id):
            said = ngettext(
                "Not archived: %(names)s still has these response times.",
                "Not archived: %(names)s still have these response times.",
                len(held),
            )
            raise Conflict(said % {"names": _named(held)})
        running = Clock.objects.filter(policy_version__policy_id=policy.id, ended_at=None).count()
        if running:
            said = ngettext(
                "Not archived: %(count)s clock still runs. Let it end, or give its incident other response times.",
                "Not archived: %(count)s clocks still run. Let them end, or give their incidents other response times.",
                running,
            )
            raise Conflict(said % {"count": running})
        return _set_archived(policy, events.POLICY_ARCHIVED, archived=True)


def restore_policy(*, policy_id: uuid.UUID) -> Policy:
    """Offers an archived policy again. Refused while its newest version counts in a calendar that is archived."""
    with transaction.atomic():
        policy = _policy(policy_id)
        if gone := _archived_calendars(policy):
            raise Conflict(_("Not restored: restore %(names)s first, in which it counts.") % {"names": _named(gone)})
        return _set_archived(policy, events.POLICY_RESTORED, archived=False)


def archive_calendar(*, calendar_id: uuid.UUID) -> Calendar:
    """Offers the calendar no more. Refused while the newest version of an offered policy counts in it."""
    with transaction.atomic():
        calendar = _calendar(calendar_id)
        if used := _policies_in(calendar.id):
            said = ngettext(
                "Not archived: %(names)s still counts in these hours.",
                "Not archived: %(names)s still count in these hours.",
                len(used),
            )
            raise Conflict(said % {"names": _named(used)})
        return _set_archived(calendar, events.CALENDAR_ARCHIVED, archived=True)


def restore_calendar(*, calendar_id: uuid.UUID) -> Calendar:
    """Offers an archived calendar again."""
    with transaction.atomic():
        return _set_archived(_calendar(calendar_id), events.CALENDAR_RESTORED, archived=False)


def version_to_sign(version_id: uuid.UUID) -> PolicyVersion:
    """A version that somebody is about to sign: held until the transaction ends, so that nobody archives it."""
    version: PolicyVersion | None = PolicyVersion.objects.filter(id=version_id).select_related("policy").first()
    if version is None:
        raise NotFound(_("There is no such policy."), field="policy_version_id")
    if not offered_policies([version.id]):
        message = _("The response times “%(name)s” are archived. Restore them, or choose others.")
        raise Conflict(message % {"name": version.policy.name}, field="policy_version_id")
    return version


def _policy(policy_id: uuid.UUID) -> Policy:
    row: Policy | None = Policy.objects.select_for_update(of=("self",)).filter(id=policy_id).first()
    if row is None:
        raise NotFound(_("There is no such policy."))
    return row


def _calendar(calendar_id: uuid.UUID) -> Calendar:
    row: Calendar | None = Calendar.objects.select_for_update(of=("self",)).filter(id=calendar_id).first()
    if row is None:
        raise NotFound(_("There is no such calendar."))
    return row


def _set_archived(row: Row, action: str, *, archived: bool) -> Row:
    """Once is enough: a second time changes nothing and says nothing."""
    if archived != (row.archived_at is not None):
        row.archived_at = now() if archived else None
        row.save(update_fields=["archived_at"])
        record_and_announce(action=action, object_type=type(row).__name__.lower(), object_id=row.id)
    return row


def _policies_in(calendar_id: uuid.UUID) -> list[str]:
    newest = PolicyVersion.objects.filter(policy__archived_at=None).order_by("policy_id", "-number")
    ids = list(newest.distinct("policy_id").values_list("id", flat=True))
    rows = Target.objects.filter(version_id__in=ids, calendar_version__calendar_id=calendar_id)
    return sorted(set(rows.values_list("version__policy__name", flat=True)))


def _archived_calendars(policy: Policy) -> list[str]:
    newest = policy.versions.order_by("-number").first()
    rows = Target.objects.filter(version=newest).select_related("calendar_version__calendar")
    names = {row.calendar_version_id: row.calendar_version.calendar.name for row in rows}
    return sorted({names[version_id] for version_id in set(names) - offered_calendars(names)})


def _named(names: Sequence[str]) -> str:
    rest = len(names) - MOST_NAMED
    last = _("%(count)s more") % {"count": rest} if rest > 0 else names[-1]
    before = names[:MOST_NAMED] if rest > 0 else names[:-1]
    return _("%(names)s and %(last)s") % {"names": ", ".join(before), "last": last} if before else last
