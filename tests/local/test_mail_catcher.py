"""The mail catcher takes what Python's own SMTP client hands over."""

from __future__ import annotations

import asyncio
import email
import email.policy
import smtplib
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest

from retainer.local.mailcatcher import serve


def _while_catching(directory: Path, send: Callable[[int], None]) -> None:
    async def run() -> None:
        async with await serve(directory, 0) as server:
            await asyncio.to_thread(send, server.sockets[0].getsockname()[1])

    asyncio.run(run())


def _mail(subject: str, body: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "retainer@localhost", "anna@north.example", subject
    message.set_content(body)
    return message


def test_every_message_becomes_one_file_with_its_envelope(tmp_path: Path) -> None:
    def send(port: int) -> None:
        with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
            for number in range(3):
                client.send_message(
                    _mail(f"Breach {number}", "Überfällig"), to_addrs=["anna@north.example", "b@north.example"]
                )

    _while_catching(tmp_path, send)
    caught = [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in sorted(tmp_path.iterdir())
    ]
    assert [mail["Subject"] for mail in caught] == ["Breach 0", "Breach 1", "Breach 2"]
    assert caught[0]["X-Envelope-To"] == "anna@north.example, b@north.example"
    body = caught[0].get_body()
    assert body is not None
    assert body.get_content().strip() == "Überfällig"


def test_a_line_that_starts_with_a_dot_arrives_unchanged(tmp_path: Path) -> None:
    def send(port: int) -> None:
        with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
            client.send_message(_mail("Dots", ".hidden\n.\n..two"))

    _while_catching(tmp_path, send)
    (path,) = tmp_path.iterdir()
    assert b"\r\n\r\n.hidden\r\n.\r\n..two\r\n" in path.read_bytes()


def test_a_message_without_a_receiver_is_refused(tmp_path: Path) -> None:
    def send(port: int) -> None:
        with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
            client.mail("retainer@localhost")
            with pytest.raises(smtplib.SMTPDataError):
                client.data(b"Subject: nobody\r\n\r\n")

    _while_catching(tmp_path, send)
    assert list(tmp_path.iterdir()) == []


def test_a_client_that_hangs_up_in_the_middle_leaves_no_file(tmp_path: Path) -> None:
    def send(port: int) -> None:
        client = smtplib.SMTP("127.0.0.1", port, timeout=10)
        client.mail("retainer@localhost")
        client.rcpt("anna@north.example")
        client.docmd("DATA")
        client.send(b"Subject: half\r\n")
        client.close()

    _while_catching(tmp_path, send)
    assert list(tmp_path.iterdir()) == []
