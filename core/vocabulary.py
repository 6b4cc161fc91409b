"""Fixed words with how they look: one owner for the value that is stored, its label, its badge and its colour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Self

from django.db import models
from django.db.models import CheckConstraint, Q
from django.utils.functional import Promise

Tone = Literal["neutral", "info", "good", "warn", "bad"]


@dataclass(frozen=True, slots=True)
class Look:
    """``icon`` is of the sprite, empty where none is meant; ``fill`` names the colour in bars and charts; ``client``
    is what the portal says where it differs from the label."""

    tone: Tone = "neutral"
    icon: str = ""
    fill: str = ""
    solid: bool = False
    client: str | Promise = ""


class Vocabulary(models.TextChoices):
    """Words of one kind. A member is ``NAME = "value", Look(…), _("Label")``; templates, API, charts and the checks of
    the database read it from here."""

    look: Look

    def __new__(cls, value: str, look: Look | None = None) -> Self:
        """A member that is its value, with its look beside it."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.look = look or Look()
        return member

    def label_for(self, *, client: bool) -> str | Promise:
        """The word as staff or, with ``client``, as the client reads it."""
        return (self.look.client if client else "") or self.label

    @classmethod
    def holds(cls, column: str, name: str, *, blank: bool = False) -> CheckConstraint:
        """The check that a column knows no other word; with ``blank`` it may be empty."""
        values = ["", *cls.values] if blank else cls.values
        return CheckConstraint(condition=Q(**{f"{column}__in": values}), name=name)
