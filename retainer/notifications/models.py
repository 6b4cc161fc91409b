"""Webhook endpoints, and every message that has gone out or is to go."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.clock import now
from core.tenancy.models import TenantModel


class Channel(models.TextChoices):
    """The ways a message leaves."""

    EMAIL = "email", _("E-mail")
    WEBHOOK = "webhook", _("Webhook")


class WebhookEndpoint(TenantModel):
    """Where an agency's programs want to be told. The signing secret is sealed and shown once."""

    name = models.CharField(max_length=80)
    url = models.CharField(max_length=1000)
    sealed_secret = models.BinaryField(editable=False)
    # The secret before it, with which messages are signed as well until then.
    sealed_old_secret = models.BinaryField(null=True, editable=False)
    old_secret_until = models.DateTimeField(null=True, editable=False)
    # Names of events; an empty list means all.
    events = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    enabled = models.BooleanField(default=True)
    client_id = models.UUIDField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["agency", "name"], name="notifications_endpoint_name")]


class Delivery(TenantModel):
    """One message to one receiver. Leased, sent outside any transaction, retried with backoff, never lost."""

    client_id = models.UUIDField(null=True)
    event_id = models.UUIDField()
    event_name = models.CharField(max_length=80)
    channel = models.CharField(max_length=8, choices=Channel.choices)
    # An e-mail address, or the endpoint's id.
    receiver = models.CharField(max_length=254)
    # Messages of one lane wait for each other, those of two do not: the endpoint's id, or what kind of mail it is.
    lane = models.CharField(max_length=40, default="", db_default="")
    subject = models.CharField(max_length=200, blank=True)
    # Plain text and HTML of a mail (``letters``), until it is sent or given up.
    sealed_letter = models.BinaryField(null=True, editable=False)
    # What the version before wrote in plain; nothing is put here any more, and the next release drops both.
    body = models.TextField(blank=True)
    html = models.TextField(blank=True)
    payload = models.JSONField(default=dict)
    next_due_at = models.DateTimeField(null=True, default=now)
    lease_id = models.UUIDField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=200, blank=True)
    sent_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="notifications_delivery_channel"),
            models.UniqueConstraint(
                fields=["agency", "event_id", "channel", "receiver"], name="notifications_delivery_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_due_at"], name="notifications_delivery_due", condition=Q(next_due_at__isnull=False)
            ),
            models.Index(fields=["agency", "-created_at"], name="notifications_newest"),
            # What a claim leaps over: first the agencies, then the lanes of one.
            models.Index(
                fields=["channel", "agency", "next_due_at"],
                name="notifications_agency_due",
                condition=Q(next_due_at__isnull=False),
            ),
            models.Index(
                fields=["channel", "agency", "lane", "next_due_at"],
                name="notifications_lane_due",
                condition=Q(next_due_at__isnull=False),
            ),
        ]


class Proof(models.TextChoices):
    """What the last look at a domain's DNS has shown."""

    FOUND = "found", _("The record is there.")
    MISSING = "missing", _("There is no such record.")
    OTHER = "other", _("There is a record of this name with another value.")
    NO_WORD = "no_word", _("The DNS of this domain did not answer.")


class SenderDomain(TenantModel):
    """A domain in whose name an agency wants to send, and whether it has proven that the domain is its own."""

    domain = models.CharField(max_length=253)
    token = models.CharField(max_length=64)
    proven_at = models.DateTimeField(null=True)
    # When the record was last seen: the right outlives it for a while only.
    confirmed_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=8, choices=Proof.choices, blank=True)
    next_check_at = models.DateTimeField(null=True, default=now)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["agency", "domain"], name="notifications_sender_domain_once"),
            models.CheckConstraint(condition=Q(outcome__in=["", *Proof.values]), name="notifications_sender_outcome"),
        ]
        indexes = [
            models.Index(
                fields=["next_check_at"], name="notifications_sender_due", condition=Q(next_check_at__isnull=False)
            ),
        ]


class DeliveryRate(TenantModel):
    """How much of its allowance an agency has used on one channel, and when it last had a turn."""

    channel = models.CharField(max_length=8, choices=Channel.choices)
    free_at = models.DateTimeField(null=True)
    claimed_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="notifications_rate_channel"),
            models.UniqueConstraint(fields=["agency", "channel"], name="notifications_rate_once"),
        ]
