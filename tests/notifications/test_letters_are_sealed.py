"""What a mail says lies encrypted while it waits, and nowhere once it has left."""

from __future__ import annotations

import base64
import json
import re
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.test import Client as Browser

from core.audit import record_and_announce
from core.crypto import CannotOpen
from core.ids import uuid7
from core.models import AuditEvent, OutboxEvent
from core.outbox import relay_due
from retainer.notifications import delivery as sending
from retainer.notifications.letters import letter_of
from retainer.notifications.models import Delivery
from retainer.notifications.retries import DELAYS_SECONDS
from retainer.notifications.services import queue_email
from tests.cast import Cast
from tests.notifications.test_contacts_are_invited import invite
from tests.receivers import Mailbox


def queue(cast: Cast, body: str = "https://x.example/invite/secret/") -> Delivery:
    with cast.north.scope():
        values: dict[str, Any] = {"event_id": uuid7(), "event_name": "core.invitation.sent", "to": "a@x.example"}
        queue_email(**values, subject="Come in", body=body, html=f"<p>{body}</p>")
        return Delivery.objects.latest("id")


def stored(row: Delivery) -> str:
    """The whole row as the database has it, its bytes read as text."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.agency_id', %s, true)", [str(row.agency_id)])
        cursor.execute("SELECT row_to_json(d)::text FROM notifications_delivery d WHERE id = %s", [row.id])
        whole = json.loads(cursor.fetchone()[0])
    encrypted = bytes.fromhex((whole.pop("sealed_letter") or "\\x").removeprefix("\\x"))
    return json.dumps(whole) + encrypted.decode(errors="replace")


def fresh(row: Delivery, cast: Cast) -> Delivery:
    with cast.north.scope():
        return Delivery.objects.get(id=row.id)


def test_a_link_lies_in_no_column_in_plain(cast: Cast) -> None:
    row = queue(cast)
    assert "Come in" in stored(row)
    assert "secret" not in stored(row)
    assert letter_of(row) == ("https://x.example/invite/secret/", "<p>https://x.example/invite/secret/</p>")


def test_it_opens_in_its_own_row_alone(cast: Cast) -> None:
    one, other = queue(cast), queue(cast)
    one.sealed_letter = other.sealed_letter
    with pytest.raises(CannotOpen):
        letter_of(one)


def test_it_goes_out_whole_and_is_gone_from_then_on(cast: Cast, mailbox: Mailbox) -> None:
    row = queue(cast)
    assert sending.deliver_mail() == 1
    (message,) = mailbox.to("a@x.example")
    parts = [part.get_payload(decode=True).decode() for part in message.walk() if not part.is_multipart()]  # type: ignore[union-attr]
    assert all("/invite/secret/" in part for part in parts)
    left = fresh(row, cast)
    assert left.sent_at is not None
    assert (left.sealed_letter, left.body, left.html) == (None, "", "")


def test_a_mail_that_is_given_up_keeps_nothing_either(cast: Cast, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    row = queue(cast)
    sending.deliver_mail()
    assert fresh(row, cast).sealed_letter is not None
    with cast.north.scope():
        Delivery.objects.filter(id=row.id).update(attempts=len(DELAYS_SECONDS), next_due_at=row.created_at)
    sending.deliver_mail()
    left = fresh(row, cast)
    assert left.failed_at is not None
    assert left.sealed_letter is None


def test_what_the_version_before_left_in_plain_is_sent_and_emptied(cast: Cast, mailbox: Mailbox) -> None:
    row = queue(cast)
    with cast.north.scope():
        Delivery.objects.filter(id=row.id).update(sealed_letter=None, body="plain secret", html="")
    sending.deliver_mail()
    assert "plain secret" in str(mailbox.to("a@x.example")[0])
    assert fresh(row, cast).body == ""


def test_the_migration_empties_what_was_sent_and_leaves_what_waits(cast: Cast) -> None:
    sent, waits = queue(cast), queue(cast)
    with cast.north.scope():
        Delivery.objects.filter(id=sent.id).update(next_due_at=None, sealed_letter=None, body="old", html="old")
        Delivery.objects.filter(id=waits.id).update(sealed_letter=None, body="old", html="old")
        import_module("retainer.notifications.migrations.0005_sealed_letters").empty(apps, None)
    assert (fresh(sent, cast).body, fresh(sent, cast).html) == ("", "")
    assert fresh(waits, cast).body == "old"


def test_a_rotation_of_the_keys_takes_letters_along(cast: Cast, settings: Any) -> None:
    row = queue(cast)
    new = {"k2": base64.b64encode(b"2" * 32).decode()}
    settings.ENCRYPTION_KEYS = settings.ENCRYPTION_KEYS | new
    call_command("rotate_keys", verbosity=0)
    settings.ENCRYPTION_KEYS = new
    assert "secret" in letter_of(fresh(row, cast))[0]


def test_one_whose_key_is_gone_says_so_and_waits(cast: Cast, settings: Any) -> None:
    row = queue(cast)
    settings.ENCRYPTION_KEYS = {"k9": base64.b64encode(b"9" * 32).decode()}
    sending.deliver_mail()
    left = fresh(row, cast)
    assert "does not open" in left.last_error
    assert left.sealed_letter is not None


def test_neither_news_nor_the_record_nor_a_page_nor_an_export_holds_the_link_of_an_invitation(cast: Cast) -> None:
    contact = invite(cast, "new@north-client.example")
    browser = Browser()
    browser.force_login(cast.north.owner)
    browser.post(f"/a/north/clients/{cast.north.client.slug}/contacts/{contact.id}/invite/")
    browser.post("/a/north/settings/people/invite/", {"email": "staff@north.example", "role": "viewer"})
    while relay_due():
        pass
    with cast.north.scope():
        record_and_announce(action="core.agency.updated", object_type="agency", object_id=uuid7())
        mails = [letter_of(row)[0] for row in Delivery.objects.filter(channel="email")]
        tokens = [found[1] for body in mails if (found := re.search(r"/invite/([^/\s]+)", body))]
        said = [*OutboxEvent.objects.values_list("payload", "last_error"), *AuditEvent.objects.values_list("changes")]
    shown = [browser.get(f"/a/north/settings/{page}").content.decode() for page in ("api/", "audit/", "audit.csv")]
    assert len(tokens) == 2
    assert "staff@north.example" in shown[0]
    assert not [token for token in tokens if token in str(said) + "".join(shown)]
