"""Tags and filters of the components. They are built in: no page loads them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from django.contrib.staticfiles.storage import staticfiles_storage
from django.forms import BaseForm, BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect
from django.forms.boundfield import BoundWidget
from django.template import Context, Library
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core import format
from core.models import Agency
from retainer.ui import badges, clocks, drawings
from retainer.ui.clocks import ClockFields
from retainer.ui.links import NavItem, NavSection
from slas.selectors import ClockView

register = Library()

DEFAULT_BRAND = "#4F49D6"
# What the phone's bottom bar holds beside More, by the keys of the navigation; the rest follows in its order.
PHONE_KEYS = ("h", "n", "i", "l")
PHONE_ITEMS = 4


@register.simple_tag
def icon(name: str, size: int = 16, css: str = "") -> SafeString:
    """An icon of the sprite. It is decoration: the word beside it, or the label of its button, says the same."""
    return _use(staticfiles_storage.url("icons.svg"), name, size, css)


# A page has dozens, most of them the same as on every other page.
@lru_cache(maxsize=512)
def _use(sprite: str, name: str, size: int, css: str) -> SafeString:
    return format_html(
        '<svg class="icon{}{}" aria-hidden="true"><use href="{}#{}"/></svg>',
        " icon-20" if size == 20 else "",
        f" {css}" if css else "",
        sprite,
        name,
    )


@register.simple_tag(takes_context=True)
def badge(context: Context, kind: str, state: str, note: str = "") -> SafeString:
    """The badge of a state: ``{% badge "incident" incident.state %}``. ``note`` follows it, such as how old it is."""
    word = badges.word_of(kind, state)
    look = word.look
    shown = format_html(
        '<span class="badge tone-{}{}{}">{}{}</span>',
        look.tone,
        " is-solid" if look.solid else "",
        "" if look.icon else " badge-plain",
        icon(look.icon) if look.icon else "",
        word.label_for(client="portal_place" in context),
    )
    return format_html('{} <span class="badge-note">{}</span>', shown, note) if note else shown


@register.simple_tag
def tag(word: str, tone: str = "neutral", icon_name: str = "") -> SafeString:
    """A badge for a word that is no state, such as "You" or "Internal"."""
    drawn = icon(icon_name) if icon_name else ""
    return format_html('<span class="badge tone-{}{}">{}{}</span>', tone, "" if drawn else " badge-plain", drawn, word)


@register.inclusion_tag("components/clock_row.html", takes_context=True)
def clock_row(context: Context, clock: ClockView | ClockFields) -> dict[str, object]:
    """A clock in a row: icon, "47 min left", a bar of 64×4."""
    return _clock(context, clock)


@register.inclusion_tag("components/clock_record.html", takes_context=True)
def clock_record(context: Context, clock: ClockView | ClockFields) -> dict[str, object]:
    """A clock on a record: promise, time left, due line, bar split by party, whom we wait on, "why?"."""
    return _clock(context, clock)


def _clock(context: Context, clock: ClockView | ClockFields) -> dict[str, object]:
    fields = clocks.fields_of(clock) if isinstance(clock, ClockView) else clock
    shown = clocks.face(fields)
    word, portal = badges.word_of("clock", shown.state), "portal_place" in context
    return {
        "clock": shown,
        "badge_of": word.look,
        "state_label": word.label_for(client=portal),
        "key": fields.get("id") or shown.label,
        **({"portal_place": context["portal_place"]} if portal else {}),
    }


@register.inclusion_tag("components/field.html")
def field(bound: BoundField, echo: str = "", css: str = "") -> dict[str, object]:
    """A form field: label, input, help and error. ``echo`` is "duration" or "money:EUR" for typed values."""
    widget = bound.field.widget
    many = isinstance(widget, (CheckboxSelectMultiple, RadioSelect))
    single = isinstance(widget, CheckboxInput)
    attrs: dict[str, str | bool] = {"class": "check" if many or single else f"input {css}".strip()}
    described = [
        f"{bound.auto_id}_{part}"
        for part, there in (("helptext", bound.help_text), ("error", bound.errors), ("echo", echo))
        if there
    ]
    if described and not many:
        attrs["aria-describedby"] = " ".join(described)
    if bound.errors:
        attrs["aria-invalid"] = "true"
    if echo:
        attrs["data-echo"] = echo
    return {
        "field": bound,
        "widget": bound.as_widget(attrs=attrs) if not many else "",
        "choices": [_choice(choice, bool(bound.errors)) for choice in bound] if many else [],
        "group_describedby": " ".join(described),
        "is_group": many,
        "is_check": single,
        "optional": not bound.field.required and not single,
        "echo": echo,
    }


def _choice(choice: BoundWidget, wrong: bool) -> dict[str, str]:
    choice.data["attrs"].update({"class": "check", **({"aria-invalid": "true"} if wrong else {})})
    return {"control": choice.tag(), "label": choice.choice_label, "id": choice.id_for_label}


@register.inclusion_tag("components/fields.html")
def fields(form: BaseForm) -> dict[str, BaseForm]:
    """Every field of a form in order, with what is wrong above them."""
    return {"form": form}


@register.simple_block_tag(takes_context=True)
def live(
    context: Context, content: str, version: str = "", url: str = "", id: str = "live", every: str = "1500ms"
) -> SafeString:
    """A part that keeps itself up to date: asks for itself with ``?v=<version>`` and takes the answer's place.

    The part template holds the tag, the page includes the part, and the view answers 204 while nothing changed.
    """
    if not version:
        return format_html('<div id="{}" class="stack">{}</div>', id, SafeString(content))
    request = context.get("request")
    query = request.GET.copy() if request is not None and not url else None
    if query is not None and request is not None:
        query["v"] = version
        address = f"{request.path}?{query.urlencode()}"
    else:
        address = f"{url}{'&' if '?' in url else '?'}v={version}"
    return format_html(
        '<div id="{}" class="stack" data-live hx-get="{}" hx-trigger="every {}" hx-swap="outerHTML"'
        ' hx-target="this" hx-sync="this:drop">{}</div>',
        id,
        address,
        every,
        SafeString(content),
    )


@register.inclusion_tag("components/sparkline.html")
def sparkline(values: Sequence[float | None], label: str, limit: float | None = None) -> dict[str, str]:
    """A sparkline with its limit; ``label`` says what it shows to those who do not see it."""
    return {"drawing": drawings.spark(values, label, limit), "label": label}


@register.inclusion_tag("components/day_strip.html")
def day_strip(days: Sequence[tuple[str, str]], label: str) -> dict[str, str]:
    """A small bar a day: ``days`` are pairs of what is said of it and a system state, "" for a day without data."""
    said = "; ".join([label, *(words for words, _state in days)])
    return {"drawing": drawings.strip(days, said)}


@register.inclusion_tag("components/uptime.html")
def uptime(days: Sequence[tuple[str, str]], label: str, start: str = "", end: str = "") -> dict[str, str]:
    """Uptime bars: ``days`` are pairs of a title and a system state, "" for a day without data."""
    return {"drawing": drawings.days(days, label), "start": start, "end": end}


@register.simple_tag
def bar(used: int, whole: int, tone: str = "accent", label: str = "", width: str = "64", height: int = 4) -> SafeString:
    """A plain bar of ``used`` out of ``whole``."""
    return drawings.bar(used, whole, tone, width=width, height=height, label=label)


@register.simple_tag
def avatar(name: str, css: str = "") -> SafeString:
    """A person's or an agency's initials. The name stands beside it, so it is hidden from screen readers."""
    return format_html('<span class="avatar {}" aria-hidden="true">{}</span>', css, format.initials(name))


@register.simple_tag
def brand_link(agency: Agency | None) -> SafeString:
    """The link to the agency's accent, where it has chosen one."""
    colour = str(getattr(agency, "brand_colour", "") or "")
    if not re.fullmatch(r"#[0-9A-Fa-f]{6}", colour) or colour.upper() == DEFAULT_BRAND:
        return SafeString("")
    try:
        return format_html('<link rel="stylesheet" href="{}">', reverse("brand", args=[colour[1:].lower()]))
    except NoReverseMatch:
        return SafeString("")


@register.filter
def phone_nav(nav: Sequence[NavSection] | None) -> list[NavItem]:
    """The four links of a phone's bottom bar; five where there is nothing else to keep under More."""
    items = [item for section in nav or () for item in section["items"]]
    if len(items) <= PHONE_ITEMS + 1:
        return items
    first = [item for key in PHONE_KEYS for item in items if item["key"] == key]
    return (first + [item for item in items if item not in first])[:PHONE_ITEMS]


@register.filter
def phone_more(nav: Sequence[NavSection] | None) -> bool:
    """True where the phone's bottom bar needs More."""
    return sum(len(section["items"]) for section in nav or ()) > PHONE_ITEMS + 1


@register.filter
def duration(seconds: float | None) -> str:
    """ "3 h 20 min"."""
    return format.duration(seconds)


@register.filter
def minutes(value: float | None) -> str:
    """Minutes as a duration."""
    return format.duration(None if value is None else value * 60)


@register.filter
def money(minor: int | None, currency: str) -> str:
    """ "€1,200.00" from a sum in the smallest unit."""
    return format.money(minor, currency)


@register.filter
def number(value: float | Decimal | int | None, places: int | None = None) -> str:
    """A number as people read it."""
    return format.number(value, places)


@register.filter
def percent(ratio: float | None, places: int = 1) -> str:
    """A ratio of 0 to 1 as a percentage."""
    return format.percent(ratio, places)


@register.filter
def day(value: date | None) -> str:
    """ "Tue 24 Mar"."""
    return format.day(value) if value else format.NOTHING


@register.simple_tag
def when(at: datetime | None, relative: bool = False, *, seconds: bool = False) -> SafeString:
    """An instant in the reader's zone with everything on hover; ``relative`` within a day: "4 min ago"."""
    if at is None:
        return format_html('<span class="not-set">{}</span>', _("Not set"))
    shown = format.ago(at) if relative else format.moment(at, seconds=seconds)
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), format.full_moment(at), shown)
