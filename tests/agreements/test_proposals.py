"""What a plan and a criticality say is proposed where it is chosen, with its reason, and chosen by nobody else."""

from __future__ import annotations

import re

from django.test import Client as Browser
from django.urls import reverse

from agreements import selectors
from monitoring.checks import services as monitoring
from tests.agreements.scenario import AgreementScenario


def cover_page(desk: AgreementScenario, retainer_id: object) -> str:
    browser = Browser()
    browser.force_login(desk.house.owner)
    where = reverse("agreements:cover", args=[desk.house.agency.slug, retainer_id])
    return browser.get(where).content.decode()


def test_response_times_are_proposed_by_criticality_and_by_plan(desk: AgreementScenario) -> None:
    with desk.house.scope():
        made = desk.draft("high-criticality")
        plan = desk.tier("high-criticality").name
    page = cover_page(desk, made.id)
    assert f"Priority v1 · goes with the plan {plan} · proposed for high criticality" in page
    assert "Essential v1 · proposed for low criticality" in page
    assert "Support bot · High criticality" in page


def test_nothing_is_chosen_for_anybody(desk: AgreementScenario) -> None:
    with desk.house.scope():
        made = desk.draft()
    assert re.findall(r'value="([^"]*)" selected', cover_page(desk, made.id)) == ["", ""]


def test_without_hours_a_retainer_has_those_of_its_plan(desk: AgreementScenario) -> None:
    with desk.house.scope():
        assert desk.draft(hours_minutes=None).hours_minutes == desk.tier().hours_minutes


def test_the_checklist_names_what_nobody_watches(desk: AgreementScenario) -> None:
    def item() -> tuple[str, bool, bool]:
        row = next(one for one in selectors.activation_checklist(made.id) if one.code == "check")
        return row.text, row.done, row.blocks

    with desk.house.scope():
        made = desk.draft()
        desk.cover(made)
        assert item() == ("A check on Support bot: nobody notices when it fails", False, False)
        monitoring.create_check(system_id=desk.house.system.id, name="Sent", kind="push", metrics=[{"name": "rate"}])
        assert item() == ("A check on each covered system", True, False)


def test_what_nobody_watches_is_a_link_to_its_new_check(desk: AgreementScenario) -> None:
    with desk.house.scope():
        made = desk.draft()
        desk.cover(made)
    browser = Browser()
    browser.force_login(desk.house.owner)
    page = browser.get(reverse("agreements:retainer", args=[desk.house.agency.slug, made.id])).content.decode()
    where = reverse("monitoring:new_check", args=[desk.house.agency.slug, desk.house.client.slug, "support-bot"])
    assert f'href="{where}"' in page
