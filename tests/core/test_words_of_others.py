"""What the packages say to people is said in our voice: messages, mails, and what is wrong with a form."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib import import_module
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po
from django import forms
from django.apps import apps
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.test import Client as Browser
from django.urls import reverse
from django.utils.translation import ngettext
from rest_framework import serializers

from core.models import User
from tests.cast import PASSWORD, Cast

OURS = Path(settings.BASE_DIR) / "templates"
WORDS = Path(settings.BASE_DIR) / "locale" / "en" / "LC_MESSAGES" / "django.po"
# What no form of ours can say: there is no such field, no phone, no user's name, no security key and no set of forms.
NEVER_SAID = {
    "The username and/or password you specified are not correct.",
    "The phone number and/or password you specified are not correct.",
    "Username can not be used. Please use other username.",
    "A user is already registered with this phone number.",
    "The phone number is not assigned to any user account.",
    "Use a security key",
    "Master key",
    "Backup key",
    "Key nr. {number}",
    "Order",
    "Delete",
    "and",
    "IPv4",
    "IPv6",
    "IPv4 or IPv6",
    "Please correct the duplicate values below.",
    "The inline value did not match the parent instance.",
    "ManagementForm data is missing or has been tampered with. Missing fields: %(field_names)s. "
    "You may need to file a bug report if the issue persists.",
    "Please submit at most %(num)d form.",
    "Please submit at least %(num)d form.",
    "Please correct the duplicate data for %(field)s.",
    "Please correct the duplicate data for %(field)s, which must be unique.",
    "Please correct the duplicate data for %(field_name)s which must be unique for the %(lookup)s in %(date_field)s.",
}


def shipped(folder: str) -> Iterator[str]:
    """The templates of this kind that the installed parts of django-allauth bring."""
    for config in apps.get_app_configs():
        if config.name.startswith("allauth"):
            where = Path(str(files("allauth"))) / "templates" / config.label / folder
            yield from (f"{config.label}/{folder}/{path.name}" for path in sorted(where.glob("*.txt")))


MESSAGES, MAILS = list(shipped("messages")), list(shipped("email"))


def said() -> dict[str, Any]:
    """What stands in the list of our words: theirs and ours."""
    with WORDS.open("rb") as file:
        rows = {row.id: row.string for row in read_po(file) if row.id}
    return {str(key[0] if isinstance(key, tuple) else key): value for key, value in rows.items()}


def test_there_is_something_to_say() -> None:
    assert len(MESSAGES) >= 20
    assert len(MAILS) >= 30


@pytest.mark.parametrize("name", [*MESSAGES, *MAILS])
def test_each_message_and_mail_of_django_allauth_has_one_of_ours(name: str) -> None:
    assert (OURS / name).is_file(), f"write templates/{name}; an empty one is silent"


@pytest.mark.parametrize("name", [*MESSAGES, *MAILS])
def test_none_of_them_speaks_like_theirs(name: str) -> None:
    text = (OURS / name).read_text().lower()
    assert not [word for word in ("successfully", "example.com", "please", "hello from", "!") if word in text]


def test_every_sentence_of_their_forms_has_one_of_ours() -> None:
    known = set(said()) | NEVER_SAID
    assert sorted(set(_sentences_of_forms()) - known) == []


def _sentences_of_forms() -> Iterator[str]:
    names = ["django.forms.fields", "django.forms.models", "django.forms.formsets", "django.forms.utils"]
    names += ["django.core.validators", "django.contrib.auth.password_validation"]
    names += ["allauth.account.adapter", "allauth.mfa.adapter"]
    for name in names:
        yield from _translated(Path(str(import_module(name).__file__)).read_text())


def _translated(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("_", "ngettext", "ngettext_lazy", "gettext"):
            yield from (str(one.value) for one in node.args[:1] if isinstance(one, ast.Constant))


def test_what_is_read_is_what_is_written() -> None:
    """The compiled list is made of the written one: ``make words`` after a change."""
    with WORDS.open("rb") as file:
        written = read_po(file)
    made = BytesIO()
    write_mo(made, written)
    made.seek(0)
    with WORDS.with_suffix(".mo").open("rb") as file:
        assert _rows(read_mo(file)) == _rows(read_mo(made))


def _rows(catalog: Any) -> list[tuple[str, str]]:
    # Not its head, which holds the hour at which it was made.
    return sorted((str(row.id), str(row.string)) for row in catalog if row.id)


@pytest.mark.parametrize("theirs", [key for key in said() if "%(" in key or "{" in key])
def test_a_sentence_keeps_the_places_of_what_varies(theirs: str) -> None:
    ours = said()[theirs]
    for text in ours if isinstance(ours, tuple | list) else [ours]:
        assert _places(text) <= _places(theirs)


def _places(text: str) -> set[str]:
    return {part.split(")")[0] for part in text.split("%(")[1:]} | {part.split("}")[0] for part in text.split("{")[1:]}


def errors_of(field: forms.Field, value: Any) -> list[str]:
    try:
        field.clean(value)
    except ValidationError as error:
        return [str(text) for text in error.messages]
    return []


@pytest.mark.parametrize(
    ("field", "value", "ours"),
    [
        (forms.CharField(), "", "This is needed."),
        (forms.EmailField(), "x", "Write an e-mail address like name@example.com."),
        (forms.CharField(max_length=3), "abcd", "Use at most 3 characters. There are 4 now."),
        (forms.IntegerField(min_value=1), 0, "Use at least 1."),
        (forms.IntegerField(), "x", "Write a whole number, such as 3."),
        (forms.ChoiceField(choices=[("a", "A")]), "b", "“b” cannot be chosen here. Choose one of the list."),
        (forms.DateField(), "x", "Write a date like 2026-03-24."),
    ],
)
def test_any_form_says_it_in_our_words(field: forms.Field, value: Any, ours: str) -> None:
    assert errors_of(field, value) == [ours]


def test_the_api_says_it_in_our_words() -> None:
    class Example(serializers.Serializer[Any]):
        name = serializers.CharField(max_length=3)
        number = serializers.IntegerField()

    example = Example(data={"name": "abcd"})
    assert not example.is_valid()
    assert example.errors == {"name": ["Use at most 3 characters."], "number": ["This is needed."]}


@pytest.mark.parametrize(
    ("password", "ours"),
    [
        ("short", "Use at least 10 characters."),
        ("ada@example.com", "This password is too much like your e-mail address. Choose another one."),
    ],
)
def test_a_password_is_refused_in_our_words(password: str, ours: str) -> None:
    with pytest.raises(ValidationError) as refused:
        validate_password(password, User(email="ada@example.com"))
    assert ours in refused.value.messages


def test_one_is_said_otherwise_than_many() -> None:
    theirs = "Ensure this value has at most %(limit_value)d character{} (it has %(show_value)d)."
    said = ngettext(theirs.format(""), theirs.format("s"), 1) % {"limit_value": 1, "show_value": 2}
    assert said.startswith("Use at most 1 character.")
    assert EmailValidator().message == "Write an e-mail address like name@example.com."


def messages_after(browser: Browser, address: str, form: dict[str, str]) -> list[str]:
    response = browser.post(address, form, follow=True)
    return [str(message) for message in response.context["messages"]] if response.context else []


def test_signing_in_says_nothing_and_signing_out_says_it(cast: Cast, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = False
    browser = Browser()
    form = {"login": cast.north.owner.email, "password": PASSWORD}
    assert messages_after(browser, reverse("account_login"), form) == []
    assert messages_after(browser, reverse("account_logout"), {}) == ["You are signed out."]


def test_a_changed_password_is_said_in_our_words(cast: Cast) -> None:
    browser = Browser()
    browser.force_login(cast.north.owner)
    fresh = "another horse entirely"
    form = {"oldpassword": PASSWORD, "password1": fresh, "password2": fresh}
    assert messages_after(browser, reverse("account_change_password"), form) == ["Your new password works from now on."]


def test_a_failed_sign_in_says_what_to_do(cast: Cast, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = False
    shown = Browser().post(reverse("account_login"), {"login": cast.north.owner.email, "password": "wrong"})
    assert "Address and password do not belong together." in shown.content.decode()
