"""The description for programs as YAML and JSON, and the same for people, under our own content policy."""

from __future__ import annotations

import json
import re

import pytest
import yaml
from django.test import Client

from tests.api.support import routes

YAML = "application/vnd.oai.openapi; charset=utf-8"


@pytest.mark.parametrize(
    ("accept", "query", "sent"),
    [
        ("*/*", "", YAML),
        ("", "", YAML),
        ("image/png", "", YAML),
        ("application/yaml", "", YAML),
        ("application/vnd.oai.openapi", "", YAML),
        ("application/json", "", "application/json"),
        ("application/vnd.oai.openapi+json", "", "application/json"),
        ("application/yaml;q=0.5, application/json", "", "application/json"),
        ("application/json;q=0.5, application/yaml", "", YAML),
        ("application/json", "?format=yaml", YAML),
        ("*/*", "?format=json", "application/json"),
        ("text/html,*/*;q=0.8", "?format=json", "application/json"),
    ],
)
def test_the_description_comes_in_the_form_that_is_asked_for(accept: str, query: str, sent: str) -> None:
    answer = Client().get(f"/api/schema/{query}", headers={"Accept": accept} if accept else {})
    assert (answer.status_code, answer["Content-Type"]) == (200, sent)
    assert "Accept" in answer["Vary"]
    read = json.loads(answer.content) if "json" in sent else yaml.safe_load(answer.content)
    assert read["info"]["title"] == "Retainer API"


def test_both_forms_say_the_same() -> None:
    as_json = json.loads(Client().get("/api/schema/?format=json").content)
    assert as_json == yaml.safe_load(Client().get("/api/schema/").content)


def test_a_form_that_there_is_not_is_refused() -> None:
    answer = Client().get("/api/schema/?format=xml")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


def test_a_browser_is_shown_the_page() -> None:
    answer = Client().get("/api/schema/", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert (answer.status_code, answer["Location"]) == (302, "/api/docs/")


@pytest.mark.parametrize("noun", sorted({route.noun for route in routes()}))
def test_every_call_of_a_noun_stands_on_its_page_with_its_scope(noun: str) -> None:
    html = Client().get(f"/api/docs/{noun}/").content.decode()
    cards = {card.split('"')[0]: card for card in html.split('<section class="card" id="')[1:]}
    own = [route for route in routes() if route.noun == noun]
    assert len(cards) == len(own)
    for route in own:
        path = "/api/v1/" + route.path.replace("<uuid:id>", "{id}")
        wanted = f'<span class="api-method">{route.method}</span> <code>{path}</code>'
        card = next(card for card in cards.values() if wanted in card)
        assert f"<code>{route.reads if route.method == 'GET' else route.scope}</code>" in card


def test_the_pages_need_nothing_from_elsewhere_and_run_nothing_inline() -> None:
    for address in ("/api/docs/", "/api/docs/incidents/"):
        answer = Client().get(address)
        assert answer.status_code == 200
        assert "default-src 'none'" in answer["Content-Security-Policy"]
        html = answer.content.decode()
        assert not re.search(r'(src|href)="(https?:)?//', html)
        assert not re.search(r"<script(?![^>]*src=)|<style| style=| onclick=", html)


def test_a_noun_that_there_is_not_is_not_found() -> None:
    assert Client().get("/api/docs/unicorns/").status_code == 404


def test_a_shape_within_a_shape_is_spelt_out() -> None:
    html = Client().get("/api/docs/retainers/").content.decode()
    assert "<code>systems[].policy_version</code>" in html
    assert "whole francs of XOF" in html
