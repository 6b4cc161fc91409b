"""Structured logs: one JSON object a line, with request, task and tenant ids and without secrets."""

from __future__ import annotations

import logging
import re
from functools import lru_cache

import structlog
from django.conf import settings

# Loggers of the servers that load our applications.
SERVERS = ("gunicorn.error", "gunicorn.access", "uvicorn.error", "uvicorn.access")

_SECRET = re.compile(
    r"(?i)(rtn_[a-z0-9]+_)[A-Za-z0-9_-]+"
    r"|(whsec_)[A-Za-z0-9+/=_-]+"
    r"|(authorization['\"]?\s*[:=]\s*['\"]?(?:bearer|basic)?\s*)[^\s'\"]+"
    r"|((?:password|passwd|secret|token|api[_-]?key)=)[^\s&'\"]+"
    r"|(://[^/\s:@]+:)[^/\s@]+(?=@)"
)


# What may follow in a link before its secret ends, in an address, a query, a header or a line of JSON.
_REST_OF_LINK = r"[^/\s\"'<>?&#\\]+"


def mask(text: str) -> str:
    """The text with tokens, signing secrets, authorization headers, secret parameters, URL passwords and the secret
    part of links masked."""
    masked = _SECRET.sub(lambda found: next(group for group in found.groups() if group) + "***", text)
    return _links().sub(r"\1***", masked)


@lru_cache(maxsize=1)
def _links() -> re.Pattern[str]:
    """Addresses that let in whoever has them, also where they stand encoded inside another address."""
    starts = "|".join(re.escape(path.strip("/")).replace("/", "(?:/|%2F)") for path in settings.LIVE_LINKS)
    return re.compile(rf"((?:/|%2F)(?:{starts})(?:/|%2F)){_REST_OF_LINK}", re.IGNORECASE)


class MaskingFormatter(structlog.stdlib.ProcessorFormatter):
    """Masks the finished line: fields of every depth, and tracebacks with the text of their exceptions."""

    def format(self, record: logging.LogRecord) -> str:
        """The line as it is written."""
        return mask(super().format(record))


class SecretsFilter(logging.Filter):
    """Masks secrets in every record before any handler formats it."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always keeps the record; changes its message where it carries a secret."""
        if isinstance(record.msg, dict):
            record.msg = {key: mask(value) if isinstance(value, str) else value for key, value in record.msg.items()}
            return True
        message = record.getMessage()
        masked = mask(message)
        if masked != message:
            record.msg, record.args = masked, None
        return True


def take_over(*names: str) -> None:
    """Lets loggers that write for themselves, such as the web server's, write through the root's masking handler."""
    for name in names:
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True


def configure() -> None:
    """Points structlog at the standard library's handlers. Called once by settings' users, the apps' ready()."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
