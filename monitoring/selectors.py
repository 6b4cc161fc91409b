"""What other apps read of monitoring."""

from __future__ import annotations

from monitoring.alerts.selectors import alert, alert_by_number, alerts, alerts_nobody_has, evidence_metric
from monitoring.checks.selectors import (
    WORST,
    HealthView,
    MetricView,
    check,
    check_states,
    checks,
    freshness,
    health_token,
    is_unpolled,
    metrics_of,
    metrics_of_check,
    production_metrics,
    series,
    shown_url,
    system_health,
    system_states,
    threshold,
    thresholds,
    thresholds_of,
    unpolled_checks,
    version_token,
    watched_systems,
)
from monitoring.samples.selectors import first_and_last_value, samples
from monitoring.uptime.selectors import uptime_days_of, uptime_of
from monitoring.values import bad_side, metric_label, value_text
