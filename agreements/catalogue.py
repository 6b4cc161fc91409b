"""The seven tiers that a new agency starts with: data, editable afterwards."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Inclusion:
    """One thing a tier includes. Under a code that the tier inherits, it takes the inherited one's place."""

    code: str
    kind: str
    cadence: str
    text: str
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class Tier:
    """One tier. Prices a month in the smallest unit of the agency's currency."""

    slug: str
    name: str
    family: str
    summary: str
    best_for: str
    policy: str
    hours_minutes: int
    inclusions: tuple[Inclusion, ...]
    price: tuple[int, int] | None = None
    extends: str = ""


TIERS = (
    Tier(
        "monitoring",
        "Monitoring",
        "tier",
        "We watch, review every week and report every month. Retraining is recommended, not included.",
        "Stable systems that change rarely.",
        "standard",
        4 * 60,
        (
            Inclusion("weekly-review", "deliverable", "weekly", "Weekly metric review of every system"),
            Inclusion("monthly-report", "deliverable", "monthly", "Monthly report with model health assessment"),
            Inclusion("threshold-alerts", "right", "continuous", "Alerts on agreed thresholds"),
            Inclusion("retraining", "right", "continuous", "Retraining is recommended with evidence and quoted apart"),
        ),
        price=(30_000, 50_000),
    ),
    Tier(
        "quarterly-retraining",
        "Monitoring + quarterly retraining",
        "tier",
        "Everything in Monitoring, plus a full retrain every quarter.",
        "Systems whose data shifts with the season.",
        "standard",
        10 * 60,
        (
            Inclusion("retraining", "entitlement", "quarterly", "One full retrain a quarter"),
            Inclusion("data-incorporation", "deliverable", "quarterly", "Training data from reviewed errors"),
            Inclusion("retrain-comparison", "deliverable", "quarterly", "Comparison before and after each retrain"),
            Inclusion("integration-update", "entitlement", "quarterly", "One integration update a quarter if needed"),
        ),
        price=(60_000, 120_000),
        extends="monitoring",
    ),
    Tier(
        "monthly-retraining",
        "Monitoring + monthly retraining and new use cases",
        "tier",
        "Everything in quarterly retraining, plus monthly retrains, a new use case each quarter and priority response.",
        "Systems that carry revenue and are meant to grow.",
        "priority",
        20 * 60,
        (
            Inclusion("retraining", "entitlement", "monthly", "One full retrain a month"),
            Inclusion("data-incorporation", "deliverable", "monthly", "Training data from reviewed errors"),
            Inclusion("retrain-comparison", "deliverable", "monthly", "Comparison before and after each retrain"),
            Inclusion("new-use-case", "entitlement", "quarterly", "One new use case or model variant a quarter"),
            Inclusion("priority-response", "right", "continuous", "Priority response on performance issues"),
            Inclusion("strategy-session", "entitlement", "quarterly", "One strategy session a quarter"),
        ),
        price=(120_000, 250_000),
        extends="quarterly-retraining",
    ),
    Tier(
        "low-criticality",
        "Low criticality plan",
        "plan",
        "Basic monitoring with a 24-hour response and quarterly updates.",
        "Internal helpers whose failure is a nuisance.",
        "essential",
        2 * 60,
        (
            Inclusion("model-refresh", "deliverable", "quarterly", "Model refresh every quarter"),
            Inclusion("health-check", "deliverable", "monthly", "Health check every month"),
            Inclusion("quarterly-update", "deliverable", "quarterly", "Update on the system every quarter"),
            Inclusion("basic-monitoring", "right", "continuous", "Basic monitoring"),
            Inclusion("response-24h", "right", "continuous", "Response within 24 hours on working days"),
        ),
    ),
    Tier(
        "medium-criticality",
        "Medium criticality plan",
        "plan",
        "Stronger monitoring, a defined incident service level and monthly optimisation.",
        "Systems that staff work with every day.",
        "standard",
        8 * 60,
        (
            Inclusion("monthly-optimisation", "deliverable", "monthly", "Optimisation cycle every month"),
            Inclusion("monthly-report", "deliverable", "monthly", "Monthly report with model health assessment"),
            Inclusion("stronger-monitoring", "right", "continuous", "Stronger monitoring with agreed thresholds"),
            Inclusion("incident-sla", "right", "continuous", "Defined response and resolution times"),
        ),
    ),
    Tier(
        "high-criticality",
        "High criticality plan",
        "plan",
        "Monitoring around the clock, rapid response, weekly optimisation and an engineer who owns the system.",
        "Customer-facing systems and those that move money.",
        "priority",
        30 * 60,
        (
            Inclusion("round-the-clock", "right", "continuous", "Near-real-time monitoring around the clock"),
            Inclusion("rapid-response", "right", "continuous", "Rapid incident response"),
            Inclusion("weekly-optimisation", "deliverable", "weekly", "Optimisation every week"),
            Inclusion("weekly-report", "deliverable", "weekly", "Short report every week"),
            Inclusion("dedicated-owner", "right", "continuous", "A dedicated engineering owner"),
        ),
    ),
    Tier(
        "minimal-starter",
        "Minimal starter",
        "starter",
        "Essential response times, core monitoring and a quarterly optimisation, ready to grow.",
        "A first retainer after launch.",
        "essential",
        2 * 60,
        (
            Inclusion("core-monitoring", "right", "continuous", "Core monitoring"),
            Inclusion("essential-sla", "right", "continuous", "Essential response times"),
            Inclusion("quarterly-optimisation", "deliverable", "quarterly", "Optimisation cycle every quarter"),
        ),
    ),
)
