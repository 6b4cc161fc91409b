"""F25 Maintenance checklist: a coverage checklist per retainer shows what is set and what is missing, and blocks or
warns on activation."""

from __future__ import annotations

from typing import Any

from tests.cast import AgencyFixture
from tests.mission.acting import Program, Somebody, at
from tests.mission.doing import covers, drafts, owns, watches


def items(program: Program, retainer: str) -> dict[str, tuple[bool, bool]]:
    """By code, whether it is set, and whether it blocks."""
    answer: dict[str, Any] = program.reads(f"retainers/{retainer.rstrip('/').rpartition('/')[2]}/checklist/")
    return {row["code"]: (row["done"], row["blocks"]) for row in answer["items"]}


def test_what_blocks_is_listed_until_it_is_set_and_holds_the_retainer_back(owner: Somebody, program: Program) -> None:
    with at("2026-01-01 08:00"):
        page = drafts(owner, price_minor="", starts_on="")
        retainer = page.path
        missing = {code for code, (done, blocks) in items(program, retainer).items() if blocks and not done}
        assert missing == {"system", "policy", "dates", "price"}
        assert not page.offers("/activate/")
        assert "It can be activated once nothing red is left." in page.text
        refused = program.sends(f"retainers/{retainer.rstrip('/').rpartition('/')[2]}/activate/")
        assert refused["status"] == 409
        assert "A price" in refused["detail"]
        covers(owner, retainer)
        assert items(program, retainer)["owner"] == (False, True)
        assert "An owner for Support bot: high criticality needs one" in owner.reads(retainer).text
        owns(owner)
        owner.fills(f"{retainer}edit/", price_minor="400", starts_on="2026-01-01")
        assert not [code for code, (done, blocks) in items(program, retainer).items() if blocks and not done]
        assert "Care Active" in owner.presses(retainer, "/activate/").text


def test_what_only_warns_is_shown_and_holds_nothing_back(
    owner: Somebody, program: Program, house: AgencyFixture
) -> None:
    house.allow("127.0.0.1", 9)
    with at("2026-01-01 08:00"):
        owns(owner)
        retainer = drafts(owner).path
        page = covers(owner, retainer)
        warned = {code for code, (done, blocks) in items(program, retainer).items() if not blocks and not done}
        assert warned == {"check", "backup", "end"}
        assert "A check on Support bot: nobody notices when it fails" in page.text
        watches(owner, "http://127.0.0.1:9/")
        assert items(program, retainer)["check"] == (True, False)
        assert "Care Active" in owner.presses(retainer, "/activate/").text
