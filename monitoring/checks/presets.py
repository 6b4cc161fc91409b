"""What well-known AI servers answer, as data: where to ask, what to read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Preset:
    """A ready-made check: the end of the address, the kind, and the values as (name, path, unit)."""

    slug: str
    name: str
    suffix: str
    kind: str
    metrics: tuple[tuple[str, str, str], ...] = ()

    def initial(self) -> dict[str, str]:
        """What a new check's form starts with."""
        lines = "\n".join(" | ".join(part for part in metric if part) for metric in self.metrics)
        return {"name": self.name, "kind": self.kind, "url": f"https://example.com{self.suffix}", "metrics": lines}


PRESETS = (
    Preset("open-inference", "Open Inference health", "/v2/health/ready", "http"),
    Preset(
        "mlserver",
        "MLServer metrics",
        "/metrics",
        "prometheus",
        (
            ("requests_ok", "model_infer_request_success_total", ""),
            ("requests_failed", "model_infer_request_failure_total", ""),
            ("in_progress", "rest_server_requests_in_progress", ""),
        ),
    ),
    Preset(
        "vllm",
        "vLLM metrics",
        "/metrics",
        "prometheus",
        (
            ("running", "vllm:num_requests_running", ""),
            ("waiting", "vllm:num_requests_waiting", ""),
            ("kv_cache", "vllm:kv_cache_usage_perc", "ratio"),
        ),
    ),
    Preset(
        "tgi",
        "TGI metrics",
        "/metrics",
        "prometheus",
        (("queue", "tgi_queue_size", ""), ("batch", "tgi_batch_current_size", "")),
    ),
    Preset("litellm", "LiteLLM readiness", "/health/readiness", "http"),
    Preset("llama-cpp", "llama.cpp health", "/health", "http"),
    Preset(
        "quality-json",
        "Quality report (JSON)",
        "/health",
        "http_json",
        (
            ("auto_resolution_rate", "auto_resolution_rate", "ratio"),
            ("p95_latency_ms", "p95_latency_ms", "ms"),
            ("error_rate", "error_rate", "ratio"),
        ),
    ),
)
