"""Forms keep what was typed and say what to change; presets are questions that can be asked."""

from __future__ import annotations

import pytest

from core.errors import DomainError
from monitoring.checks.forms import CheckForm
from monitoring.checks.presets import PRESETS, Preset
from monitoring.probing.parse import check_path
from tests.monitoring.scenario import MonitoringScenario, Target

TYPED = {
    "name": "Quality",
    "environment_kind": "production",
    "kind": "http_json",
    "url": "https://example.com/health",
    "metrics": "rate | stats.rate | ratio\n\nerrors | stats.errors",
    "interval": "5 min",
    "timeout": "2 s",
    "bad_count": "3",
    "good_count": "2",
}


def test_a_check_is_typed_in_words_and_saved_in_numbers(lab: MonitoringScenario) -> None:
    form = CheckForm(TYPED)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["metrics"] == [
        {"name": "rate", "path": "stats.rate", "unit": "ratio"},
        {"name": "errors", "path": "stats.errors", "unit": ""},
    ]
    assert (form.cleaned_data["interval_seconds"], form.cleaned_data["timeout_ms"]) == (300, 2000)


def test_what_cannot_be_read_is_named_and_kept(lab: MonitoringScenario) -> None:
    form = CheckForm({**TYPED, "interval": "now and then", "bad_count": "0"})
    assert not form.is_valid()
    assert set(form.errors) == {"interval", "bad_count"}
    assert "now and then" in str(form["interval"])
    assert "Quality" in str(form["name"])


def test_the_form_of_a_check_shows_everything_but_its_secret(lab: MonitoringScenario, target: Target) -> None:
    check = lab.check(lab.watch(target, authorization="Bearer very-secret-value"))
    with lab.at():
        initial = CheckForm.initial_of(check)
        shown = CheckForm(initial=initial).as_p()
    assert "very-secret" not in shown
    assert "rate | rate | ratio" in shown
    form = CheckForm({key: str(value) for key, value in initial.items()})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["metrics"] == check.metrics


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"name": " "}, "name"),
        ({"kind": "telnet"}, "kind"),
        ({"interval_seconds": 4}, "interval_seconds"),
        ({"timeout_ms": 90_000}, "timeout_ms"),
        ({"metrics": [{"name": "rate", "path": "a["}]}, "metrics"),
        ({"metrics": [{"name": "a", "path": "a"}, {"name": "a", "path": "b"}]}, "metrics"),
        ({"metrics": [{"name": "latency", "path": "a"}]}, "metrics"),
        ({"kind": "prometheus", "metrics": [{"name": "a", "path": "not a series"}]}, "metrics"),
    ],
)
def test_a_check_that_cannot_work_is_refused_beside_its_field(
    lab: MonitoringScenario, target: Target, more: dict[str, object], field: str
) -> None:
    with pytest.raises(DomainError) as refused:
        lab.watch(target, **more)
    assert refused.value.field == field


def test_two_checks_of_one_environment_have_two_names(lab: MonitoringScenario, target: Target) -> None:
    lab.watch(target, name="Quality")
    with pytest.raises(DomainError) as refused:
        lab.watch(target, name="Quality")
    assert refused.value.field == "name"
    lab.watch(target, name="Quality", environment_kind="preproduction")


@pytest.mark.parametrize(("criticality", "seconds"), [("high", 60), ("medium", 300), ("low", 900)])
def test_without_an_interval_it_asks_by_the_systems_criticality(
    lab: MonitoringScenario, target: Target, criticality: str, seconds: int
) -> None:
    with lab.at():
        lab.house.system.criticality = criticality
        lab.house.system.save()
    assert lab.check(lab.watch(target, interval_seconds=None)).interval_seconds == seconds


@pytest.mark.parametrize(
    ("comparison", "limit", "clear"), [("above", 5.0, 6.0), ("below", 5.0, 4.0), ("above", float("nan"), 1.0)]
)
def test_a_limit_that_clears_on_its_bad_side_is_refused(
    lab: MonitoringScenario, target: Target, comparison: str, limit: float, clear: float
) -> None:
    check_id = lab.watch(target)
    with pytest.raises(DomainError):
        lab.limit(check_id, comparison=comparison, limit=limit, clear_limit=clear)


def test_a_limit_on_a_value_that_is_not_read_is_refused(lab: MonitoringScenario, target: Target) -> None:
    with pytest.raises(DomainError) as refused:
        lab.limit(lab.watch(target), metric="something")
    assert refused.value.field == "metric"


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.slug)
def test_a_preset_fills_in_a_form_that_can_be_sent(preset: Preset) -> None:
    form = CheckForm({**TYPED, **preset.initial()})
    assert form.is_valid(), form.errors
    for metric in form.cleaned_data["metrics"]:
        check_path(preset.kind, metric["path"])


def test_presets_have_a_name_of_their_own() -> None:
    assert len({preset.slug for preset in PRESETS}) == len(PRESETS)
    assert {"open-inference", "mlserver", "vllm", "tgi", "litellm", "llama-cpp"} <= {one.slug for one in PRESETS}
