"""What a proposal says: the retainer's terms as sections of lines."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from agreements import selectors
from agreements.models import CoveredSystem, Retainer
from clients import selectors as clients
from clients.approvals.content import Line, Section
from core.format import day, duration, money
from slas import selectors as slas
from slas.selectors import TargetCell, TargetRow


def sections_of(row: Retainer) -> list[Section]:
    """Plan, price, dates, all that is included, and what is promised for each system."""
    included = [_line("", inclusion.text) for inclusion in selectors.inclusions_of(row.tier_id)]
    return [
        {"title": _("Terms"), "lines": _terms(row)},
        {"title": _("Included"), "lines": included},
        *(_covered(link) for link in selectors.covered_systems(row.id)),
    ]


def _terms(row: Retainer) -> list[Line]:
    price = _("%(sum)s a month, without tax") % {"sum": money(row.price_minor, row.currency)}
    lines = [
        _line(_("Plan"), row.tier.name),
        _line(_("Price"), price),
        _line(_("Hours"), _("%(hours)s a month") % {"hours": duration(row.hours_minutes * 60)}),
    ]
    if row.starts_on:
        lines.append(_line(_("From"), _dated(row.starts_on)))
    until = _dated(row.ends_on) if row.ends_on else _("until it is ended")
    lines += [_line(_("Until"), until), _line(_("Time zone"), row.time_zone)]
    return lines


def _covered(link: CoveredSystem) -> Section:
    """One system: each promise with its time by severity and the hours that it counts in."""
    version = slas.policy_version(link.policy_version_id)
    title = _("Response times for %(system)s") % {"system": clients.system(link.system_id).name}
    return {"title": title, "lines": [_promise(target) for target in slas.target_table(version.id)]}


def _promise(target: TargetRow) -> Line:
    """Its time for each severity, the hours that count, and what is guaranteed; said once where it holds for all."""
    label = f"{target.label} ({target.request_kind})" if target.request_kind else target.label
    cells = " · ".join(_cell(cell, target) for cell in target.cells if cell.seconds)
    for_all = [target.calendar, _("guaranteed") if target.is_guarantee else ""]
    return _line(label, ", ".join(filter(None, [cells, *for_all])))


def _cell(cell: TargetCell, target: TargetRow) -> str:
    own = [
        "" if target.calendar else cell.calendar,
        _("guaranteed") if cell.is_guarantee and not target.is_guarantee else "",
    ]
    said = ", ".join(filter(None, own))
    return f"{cell.severity_label} {cell.text}" + (f" ({said})" if said else "")


def _dated(value: date) -> str:
    """With its year, because it is read in other years too."""
    return day(value, today=date.min)


def _line(label: str, text: str) -> Line:
    return {"label": label, "text": text}
