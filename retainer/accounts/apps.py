"""What happens to people's accounts."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Listens to django-allauth."""

    name = "retainer.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Its signals are connected once its models exist."""
        from retainer.accounts import listening  # noqa: PLC0415

        listening.connect()
