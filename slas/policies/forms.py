"""The form of a policy: its times, its rules, its escalation, and what it says in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Unpack

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.options import FormData, FormOptions
from slas.calendars import selectors as calendars_selectors
from slas.escalation import EscalationPolicy, EscalationStep
from slas.fields import DurationField, LinesField, StepTimeField, WarningsField, duration_text, warnings_text
from slas.oncall import selectors as oncall_selectors
from slas.policies import selectors
from slas.policies.catalogue import POLICIES, wording_of
from slas.policies.content import MOST_STEPS, TargetFields, TargetRules, Wording
from slas.policies.initial import as_it_was, pausing_parties, rules_of, words_of
from slas.policies.models import PolicyVersion
from slas.words import Metric, Party, ResponseRule, Severity

# So many empty steps stand below those that there are.
SPARE_STEPS = 3
GROUPS = [
    ("", gettext_lazy("Any severity")),
    ("critical", gettext_lazy("Critical")),
    ("critical,high", gettext_lazy("Critical and high")),
    ("high", gettext_lazy("High")),
    ("medium,low", gettext_lazy("Medium and low")),
]


class PolicyNameForm(forms.Form):
    """Another name and description."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    description = forms.CharField(label=gettext_lazy("Description"), max_length=300, required=False)


class PolicyForm(forms.Form):
    """A policy's promises: a calendar a severity, a duration a metric and severity, and all that goes with them.

    Cleans to ``targets``, ``publish_after_minutes`` and ``wording``, and to ``name`` and ``description`` where a new
    one is made.
    """

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    description = forms.CharField(label=gettext_lazy("Description"), max_length=300, required=False)
    publish_after_minutes = forms.IntegerField(
        label=gettext_lazy("Show to the client after (minutes)"),
        min_value=0,
        required=False,
        help_text=gettext_lazy(
            "How long a critical or high incident opened by an alert is held. Empty: until somebody confirms it."
        ),
    )
    response_rule = forms.ChoiceField(label=gettext_lazy("What is a first response"), choices=ResponseRule.choices)
    reopen_days = forms.IntegerField(
        label=gettext_lazy("Can be reopened for (days)"),
        min_value=0,
        max_value=366,
        required=False,
        help_text=gettext_lazy("After that it is a new incident. Empty: always."),
    )
    uptime_target = forms.DecimalField(
        label=gettext_lazy("Uptime target (per cent of a month)"),
        max_digits=6,
        decimal_places=3,
        required=False,
        help_text=gettext_lazy("Such as 99.9. Empty promises none."),
    )
    maintenance_counts = forms.BooleanField(
        label=gettext_lazy("Planned maintenance counts as downtime"), required=False
    )
    covered = LinesField(label=gettext_lazy("What is included"), required=False)
    excluded = LinesField(label=gettext_lazy("What is separate"), required=False)
    client_duties = LinesField(
        label=gettext_lazy("What the client has to do"),
        required=False,
        help_text=gettext_lazy("One sentence a line in each of these. The client reads them in the portal."),
    )
    reporting = forms.CharField(
        label=gettext_lazy("What is watched and reported"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    quiet_from = forms.TimeField(label=gettext_lazy("Nobody is called from"), required=False)
    quiet_to = forms.TimeField(
        label=gettext_lazy("until"),
        required=False,
        help_text=gettext_lazy("In the calendar's zone. Critical and high call at any time."),
    )
    steps = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=MOST_STEPS)

    stands_for: ClassVar[dict[str, str]] = {"quiet": "quiet_from", "severity": "definition_critical"}

    def __init__(
        self,
        data: FormData | None = None,
        *,
        calendars: Sequence[tuple[str, str]] = (),
        **options: Unpack[FormOptions],
    ) -> None:
        new = {"publish_after_minutes": 15, "guarantee_first_response": True, **words_of(wording_of(POLICIES[1]))}
        options["initial"] = options.get("initial") or new
        super().__init__(data, **options)
        if self.initial.get("number"):
            del self.fields["name"], self.fields["description"]
        # A new version is made of the newest calendars; one that the last version used stays a choice.
        choices = [*calendars, *[pair for pair in self.initial.get("calendars", []) if pair not in calendars]]
        for severity in Severity:
            label = _("Hours for %(severity)s") % {"severity": severity.label}
            self.fields[f"calendar_{severity}"] = forms.ChoiceField(label=label, choices=choices)
            self.fields[f"definition_{severity}"] = forms.CharField(
                label=severity.label, max_length=500, required=False
            )
        for metric in Metric:
            self._add_promise(metric)
        for name in ("covered", "excluded", "client_duties"):
            self.fields[name].widget.attrs["rows"] = 5
        people = _addressees()
        for number in range(self._step_count()):
            self._add_step(number, people)

    def _add_promise(self, metric: Metric) -> None:
        for severity in Severity:
            label = f"{metric.label}, {severity.label}"
            self.fields[f"{metric}_{severity}"] = DurationField(label=label, max_length=20, required=False)
        words = {"metric": metric.label}
        self.fields[f"guarantee_{metric}"] = forms.BooleanField(
            label=_("%(metric)s is guaranteed") % words, required=False
        )
        self.fields[f"warn_{metric}"] = WarningsField(
            label=_("%(metric)s: warn at") % words, max_length=80, required=False
        )
        self.fields[f"pausing_{metric}"] = forms.MultipleChoiceField(
            label=_("%(metric)s stops while waiting on") % words,
            choices=Party.choices,
            required=False,
            initial=Party.values,
            widget=forms.CheckboxSelectMultiple,
        )

    def _step_count(self) -> int:
        there = len(self.initial.get("escalation", EscalationPolicy()).steps)
        posted = str(self.data.get(self.add_prefix("rungs"), "")) if self.is_bound else ""
        wanted = int(posted) if posted.isascii() and posted.isdigit() and len(posted) < 4 else there + SPARE_STEPS
        count = min(MOST_STEPS, wanted)
        self.initial["rungs"] = count
        return count

    def _add_step(self, number: int, people: list[tuple[str, str]]) -> None:
        steps = self.initial.get("escalation", EscalationPolicy()).steps
        step = steps[number] if number < len(steps) else None
        severities = ",".join(step.severities) if step else ""
        groups = GROUPS if severities in dict(GROUPS) else [*GROUPS, (severities, severities.replace(",", ", "))]
        place = {"number": number + 1}
        fields: dict[str, forms.Field] = {
            "when": StepTimeField(label=_("Step %(number)s: when") % place, max_length=20, required=False),
            "to": forms.ChoiceField(
                label=_("Step %(number)s: whom") % place,
                choices=_with(people, step.to if step else ""),
                required=False,
            ),
            "metric": forms.ChoiceField(label=_("Step %(number)s: of which promise") % place, choices=Metric.choices),
            "severities": forms.ChoiceField(
                label=_("Step %(number)s: for which severity") % place, choices=groups, required=False
            ),
            "night": forms.BooleanField(label=_("Step %(number)s: at night too") % place, required=False),
        }
        fields["metric"].initial = step.metric if step else "first_response"
        fields["metric"].required = False
        fields["severities"].initial = severities
        if step:
            fields["when"].initial = (
                f"{step.percent}%" if step.percent is not None else duration_text(step.seconds or 0)
            )
            fields["to"].initial, fields["night"].initial = step.to, step.at_night
        for name, field in fields.items():
            self.fields[f"rung_{number}_{name}"] = field

    @staticmethod
    def initial_of(version: PolicyVersion) -> dict[str, object]:
        """What the form shows of a version; it then asks for no name. Targets of single kinds are carried along."""
        found: dict[str, Any] = {
            "number": version.number,
            "publish_after_minutes": version.publish_after_minutes,
            "calendars": [],
            "kinds": [],
            "rules": {},
            **words_of(Wording.of(version)),
        }
        newest = {row.calendar_id: row for row in calendars_selectors.latest_calendar_versions()}
        for target in selectors.targets_of(version.id):
            hours = newest.get(target.calendar_version.calendar_id, target.calendar_version)
            if target.request_kind:
                found["kinds"].append(as_it_was(target, hours))
                continue
            found["rules"][(target.metric, target.severity)] = rules_of(target)
            found[f"{target.metric}_{target.severity}"] = duration_text(target.seconds)
            found[f"guarantee_{target.metric}"] = target.is_guarantee
            found[f"warn_{target.metric}"] = warnings_text(target.warn)
            found[f"pausing_{target.metric}"] = pausing_parties(target)
            found[f"calendar_{target.severity}"] = str(hours.id)
            if (str(hours.id), hours.calendar.name) not in found["calendars"]:
                found["calendars"].append((str(hours.id), hours.calendar.name))
        return found

    @property
    def severities(self) -> list[str]:
        """The column heads of the table of promises."""
        return [str(severity.label) for severity in Severity]

    @property
    def calendar_fields(self) -> list[forms.BoundField]:
        """The calendar of each severity, critical first."""
        return [self[f"calendar_{severity}"] for severity in Severity]

    @property
    def definition_fields(self) -> list[forms.BoundField]:
        """What each severity means, critical first."""
        return [self[f"definition_{severity}"] for severity in Severity]

    @property
    def rows(self) -> list[tuple[str, list[forms.BoundField], forms.BoundField]]:
        """The table of promises: label, a field a severity, and whether it is guaranteed."""
        return [
            (str(metric.label), [self[f"{metric}_{severity}"] for severity in Severity], self[f"guarantee_{metric}"])
            for metric in Metric
        ]

    @property
    def rules(self) -> list[tuple[str, forms.BoundField, forms.BoundField]]:
        """The table of rules: label, when to warn, and for whom it stops."""
        return [(str(metric.label), self[f"warn_{metric}"], self[f"pausing_{metric}"]) for metric in Metric]

    @property
    def escalation(self) -> list[list[forms.BoundField]]:
        """The table of steps, a row a step: when, whom, of which promise, for which severity, at night."""
        names = ("when", "to", "metric", "severities", "night")
        return [[self[f"rung_{number}_{name}"] for name in names] for number in range(self.initial["rungs"])]

    def clean(self) -> dict[str, object]:
        """The arguments of the service; each duration comes back as it was understood."""
        data = self.cleaned_data
        escalation = self._escalation()
        if self.errors:
            return data
        targets = [
            self._target(metric, severity) for metric in Metric for severity in Severity if data[f"{metric}_{severity}"]
        ]
        if not targets:
            raise forms.ValidationError(_("Promise at least one response time."))
        self._echo(targets)
        named: dict[str, object] = {name: data[name] for name in ("name", "description") if name in data}
        return {
            **named,
            "publish_after_minutes": data["publish_after_minutes"],
            "targets": [*targets, *self.initial.get("kinds", [])],
            "wording": self._wording(escalation),
        }

    def _target(self, metric: str, severity: str) -> TargetFields:
        data = self.cleaned_data
        return {
            "severity": str(severity),
            "metric": str(metric),
            "seconds": data[f"{metric}_{severity}"],
            "calendar_version_id": data[f"calendar_{severity}"],
            "is_guarantee": data[f"guarantee_{metric}"],
            **self._rules(metric, severity),
        }

    def _rules(self, metric: str, severity: str) -> TargetRules:
        """What was set for the row; where it was left as it was, each severity keeps what it had."""
        warn, parties = self.cleaned_data[f"warn_{metric}"], self.cleaned_data[f"pausing_{metric}"]
        before: TargetRules | None = self.initial.get("rules", {}).get((str(metric), str(severity)))
        shown = self.initial.get(f"warn_{metric}"), self.initial.get(f"pausing_{metric}")
        if before is not None and (warnings_text(warn), sorted(parties)) == (shown[0], sorted(shown[1] or ())):
            return before
        return {"warn": warn, "pausing": parties, "pausable": bool(parties)}

    def _escalation(self) -> EscalationPolicy:
        data, steps = self.cleaned_data, []
        for number in range(self.initial["rungs"]):
            when, to = data.get(f"rung_{number}_when"), data.get(f"rung_{number}_to")
            if when is None and not to:
                continue
            if when is None or not to:
                name = "when" if when is None else "to"
                self.add_error(f"rung_{number}_{name}", _("Say when and whom, or leave both empty."))
                continue
            steps.append(
                EscalationStep(
                    to=to,
                    metric=data.get(f"rung_{number}_metric") or "first_response",
                    percent=when[0],
                    seconds=when[1],
                    severities=tuple(filter(None, (data.get(f"rung_{number}_severities") or "").split(","))),
                    at_night=bool(data.get(f"rung_{number}_night")),
                )
            )
        start, end = data.get("quiet_from"), data.get("quiet_to")
        if (start is None) != (end is None):
            self.add_error("quiet_from", _("Give both times, or neither."))
        return EscalationPolicy(tuple(steps), (f"{start:%H:%M}", f"{end:%H:%M}") if start and end else None)

    def _wording(self, escalation: EscalationPolicy) -> Wording:
        data = self.cleaned_data
        return Wording(
            severity_definitions={str(one): data[f"definition_{one}"] for one in Severity},
            covered=data["covered"],
            excluded=data["excluded"],
            client_duties=data["client_duties"],
            reporting=data["reporting"],
            response_rule=data["response_rule"],
            reopen_days=data["reopen_days"],
            uptime_target=data["uptime_target"],
            maintenance_counts=data["maintenance_counts"],
            escalation=escalation,
        )

    def _echo(self, targets: Sequence[TargetFields]) -> None:
        """Shows "90m" as "1 h 30 min" if the page comes back, so that a slip is seen."""
        typed: Any = self.data
        typed = typed.copy()
        for target in targets:
            typed[self.add_prefix(f"{target['metric']}_{target['severity']}")] = duration_text(target["seconds"])
        self.data = typed


def _addressees() -> list[tuple[str, str]]:
    """Whom a step can call."""
    named = [(key, str(label)) for key, label in oncall_selectors.ADDRESSEE_LABELS.items()]
    return [("", _("Nobody")), *named, *oncall_selectors.addressee_choices()]


def _with(choices: list[tuple[str, str]], present: str) -> list[tuple[str, str]]:
    """One that is gone stays a choice, so that saving another field does not lose it."""
    if not present or present in dict(choices):
        return choices
    return [*choices, (present, oncall_selectors.addressee_label(present, {}))]
