"""One message, one button, in HTML and in plain text, in the agency's colour."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from django.template import Context, Engine
from django.template.loader import render_to_string
from django.template.loader_tags import BlockNode
from django.utils.translation import gettext as _

from core.models import Agency
from core.text import unlinked
from retainer.ui.brand import accent
from retainer.ui.tokens import colours


@dataclass(frozen=True, slots=True)
class Message:
    """What a mail says: a subject, one leading sentence with what it means for people, lines of fact, one action."""

    subject: str
    lead: str
    lines: list[str] = field(default_factory=list)
    action: str = ""
    url: str = ""


def message_of(name: str, /, *, url: str, **said: object) -> Message:
    """What ``templates/emails/<name>.txt`` says in its blocks: subject, lead, lines (one a line), and action."""
    template = Engine.get_default().get_template(f"emails/{name}.txt")
    context = Context(said, autoescape=False)
    with context.bind_template(template):
        parts = [node for node in template.nodelist if isinstance(node, BlockNode)]
        blocks = {part.name: part.nodelist.render(context) for part in parts}
    lines = [line.strip() for line in blocks.get("lines", "").splitlines()]
    return Message(
        subject=" ".join(blocks["subject"].split()),
        lead=blocks["lead"].strip(),
        lines=[line for line in lines if line],
        action=blocks["action"].strip(),
        url=url,
    )


def mail_bodies(message: Message, *, house: Agency, why: str = "") -> tuple[str, str]:
    """The plain text and the HTML of the same message. ``house`` is the agency whose name and colour it has, ``why``
    says why it came to this reader."""
    name = unlinked(house.name)
    why = why or _("You get this because %(agency)s looks after your AI systems.") % {"agency": name}
    context = {"message": message, "house": {"name": name}, "why": why, "paint": _paint(str(house.brand_colour))}
    page = render_to_string("emails/message.html", context).lstrip()
    return render_to_string("emails/message.txt", context), page


@lru_cache(maxsize=1024)
def _paint(brand: str) -> dict[str, str]:
    """The light tokens that a mail is painted with: mail clients choose their own dark."""
    ground, own = colours("light"), accent(brand, "light")
    names = {"canvas": "canvas", "surface": "surface", "border": "border", "text": "text"}
    quiet = {"quiet": ground["text-2"], "meta": ground["text-3"]}
    return {name: ground[token] for name, token in names.items()} | quiet | {"solid": own["solid"], "on": own["on"]}
