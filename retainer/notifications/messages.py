"""One message, one button, in HTML and in plain text."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.template.loader import render_to_string


@dataclass(frozen=True, slots=True)
class Message:
    """What a mail says: a subject, one leading sentence, lines of fact, one action."""

    subject: str
    lead: str
    lines: list[str] = field(default_factory=list)
    action: str = ""
    url: str = ""


def mail_bodies(message: Message, *, agency_name: str) -> tuple[str, str]:
    """The plain text and the HTML of the same message."""
    context = {"message": message, "agency_name": agency_name}
    return render_to_string("emails/message.txt", context), render_to_string("emails/message.html", context)
