"""X39, M27: no secret reaches a log line."""

from __future__ import annotations

import logging

import pytest

from core.logs import SecretsFilter, mask

SECRETS = [
    ("token rtn_0123456789abcdef_s3cr3tS3cr3t used", "s3cr3tS3cr3t"),
    ("whsec_c2VjcmV0c2VjcmV0", "c2VjcmV0c2VjcmV0"),
    ("Authorization: Bearer abc.def.ghi", "abc.def.ghi"),
    ("{'authorization': 'Basic dXNlcjpwYXNz'}", "dXNlcjpwYXNz"),
    ("GET https://x.example/?api_key=topsecret&a=1", "topsecret"),
    ("https://user:hunter2@x.example/health", "hunter2"),
    ("password=hunter2", "hunter2"),
]


@pytest.mark.parametrize(("line", "secret"), SECRETS)
def test_x39_a_secret_is_masked(line: str, secret: str) -> None:
    assert secret not in mask(line)
    assert "***" in mask(line)


def test_what_is_no_secret_stays() -> None:
    line = "GET https://x.example/health?model=a took 12 ms"
    assert mask(line) == line


@pytest.mark.parametrize(("line", "secret"), SECRETS)
def test_the_filter_masks_messages_with_arguments_and_dictionaries(line: str, secret: str) -> None:
    record = logging.LogRecord("x", logging.INFO, __file__, 1, "%s", (line,), None)
    assert SecretsFilter().filter(record)
    assert secret not in record.getMessage()
    structured = logging.LogRecord("x", logging.INFO, __file__, 1, {"event": line}, (), None)
    SecretsFilter().filter(structured)
    assert secret not in str(structured.msg)
