"""What people of an agency do in many of these tests, each act on the page where they would do it."""

from __future__ import annotations

from datetime import datetime

from tests.mission.acting import Page, Program, Somebody, after, at, poll

HOME = "/a/north/"
PORTAL = "/p/north/north-client/"
SYSTEM = f"{HOME}systems/north-client/support-bot/"
# A Monday, ten in the morning in Berlin.
MORNING = "2026-06-01 08:00"


def drafts(owner: Somebody, **terms: str) -> Page:
    """A new retainer of the client's, on the plan that does least unless the test says otherwise."""
    new = f"{HOME}retainers/new/north-client/"
    plan = owner.reads(new).choice("tier_id", terms.pop("plan", "Monitoring ("))
    usual = {"name": "Care", "tier_id": plan, "price_minor": "400", "starts_on": "2026-01-01"}
    return owner.fills(new, **usual | terms)


def covers(owner: Somebody, retainer: str, policy: str = "Priority") -> Page:
    """Puts the client's system under the retainer, on these response times."""
    form = owner.reads(f"{retainer}cover/")
    system, version = form.choice("system_id", "Support bot"), form.choice("policy_version_id", policy)
    return owner.fills(f"{retainer}cover/", system_id=system, policy_version_id=version)


def owns(owner: Somebody) -> Page:
    """Names an engineer for the system."""
    edit = f"{HOME}clients/north-client/systems/support-bot/edit/"
    return owner.fills(edit, owner_id=owner.reads(edit).choice("owner_id", "engineer of north"))


def signs(owner: Somebody, policy: str = "Priority", moment: str = "2026-01-01 08:00") -> str:
    """A retainer that runs, on these response times; returns its address."""
    with at(moment):
        owns(owner)
        retainer = drafts(owner).path
        covers(owner, retainer, policy)
        owner.presses(retainer, "activate")
    return retainer


def opens(owner: Somebody, title: str = "Answers are wrong", severity: str = "critical", **more: str) -> str:
    """An incident of the system, opened by hand; returns its address."""
    new = f"{HOME}incidents/new/"
    system = owner.reads(new).choice("system_id", "North Client · Support bot")
    said = {"system_id": system, "title": title, "severity": severity, "channel": "phone"} | more
    return owner.fills(new, **said).path


def promises(owner: Somebody, name: str, **fields: str | list[str] | None) -> str:
    """New response times with these fields of the form; returns their address."""
    return owner.fills(f"{HOME}settings/response-times/new/", name=name, **fields).path


def watches(owner: Somebody, url: str, metrics: str = "rate | rate | ratio", **more: str) -> str:
    """A check of the system that asks this address every minute; returns its address."""
    new = f"{HOME}checks/new/north-client/support-bot/"
    said = {"name": "Quality", "kind": "http_json", "url": url, "metrics": metrics, "interval": "60 s"} | more
    return owner.fills(new, **said).path


def limits(owner: Somebody, check: str, metric: str, comparison: str, limit: str, **more: str) -> Page:
    """An agreed limit on one of the values that the check reads."""
    said = {"metric": metric, "comparison": comparison, "limit": limit} | more
    return owner.fills(f"{check}thresholds/new/", **said)


def system_of(program: Program) -> str:
    """The id of the client's system, as a program finds it."""
    client = next(row["id"] for row in program.finds("clients/") if row["name"] == "North Client")
    return str(program.finds("systems/", client=client)[0]["id"])


def minutes_pass(since: str, minutes: int) -> datetime:
    """Time goes by and the poller asks every minute; returns the moment after."""
    for minute in range(minutes):
        with at(after(since, minutes=minute)):
            poll()
    return after(since, minutes=minutes)
