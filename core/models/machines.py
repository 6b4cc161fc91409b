"""What programs use: tokens, idempotency keys, allowed addresses."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from core.tenancy.models import TenantModel


class ApiToken(TenantModel):
    """A program's key to one agency, or to one client of it. Only a keyed hash of the secret is stored."""

    name = models.CharField(max_length=80)
    key_id = models.CharField(max_length=24)
    digest = models.CharField(max_length=64)
    pepper_id = models.CharField(max_length=20)
    scopes = ArrayField(models.CharField(max_length=40))
    client_id = models.UUIDField(null=True, blank=True)
    created_by = models.ForeignKey("core.User", on_delete=models.SET_NULL, null=True, related_name="+")
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["agency", "key_id"], name="core_apitoken_key")]
        indexes = [models.Index(fields=["key_id"], name="core_apitoken_lookup")]


class IdempotencyKey(TenantModel):
    """The answer to a POST that carried an Idempotency-Key, kept for a day."""

    token_id = models.UUIDField()
    key = models.CharField(max_length=128)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    expires_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["agency", "token_id", "key"], name="core_idempotency_once")]
        indexes = [models.Index(fields=["expires_at"], name="core_idempotency_expiry")]


class NetAllowance(TenantModel):
    """An exact host and port that the operator lets one agency reach although the address is not public."""

    host = models.CharField(max_length=253)
    port = models.PositiveIntegerField()
    reason = models.CharField(max_length=200)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["agency", "host", "port"], name="core_netallowance_once")]
