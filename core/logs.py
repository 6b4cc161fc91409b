"""Structured logs: one JSON object a line, with request, task and tenant ids and without secrets."""

from __future__ import annotations

import logging
import re

import structlog

_SECRET = re.compile(
    r"(?i)(rtn_[a-z0-9]+_)[A-Za-z0-9_-]+"
    r"|(whsec_)[A-Za-z0-9+/=_-]+"
    r"|(authorization['\"]?\s*[:=]\s*['\"]?(?:bearer|basic)?\s*)[^\s'\"]+"
    r"|((?:password|passwd|secret|token|api[_-]?key)=)[^\s&'\"]+"
    r"|(://[^/\s:@]+:)[^/\s@]+(?=@)"
)


def mask(text: str) -> str:
    """The text with tokens, signing secrets, authorization headers, secret parameters and URL passwords masked."""
    return _SECRET.sub(lambda found: next(group for group in found.groups() if group) + "***", text)


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
