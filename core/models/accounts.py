"""Agencies, people, and who belongs where."""

from __future__ import annotations

from typing import ClassVar, Unpack

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from core.access.roles import Role
from core.clock import now
from core.ids import uuid7
from core.tenancy.context import require_scope
from core.tenancy.managers import TenantManager
from core.tenancy.models import SaveOptions, TenantModel


class UserManager(BaseUserManager["User"]):
    """Makes people; an e-mail address is stored in lower case, because it is the login."""

    def create_user(self, email: str, password: str | None = None, *, name: str = "", time_zone: str = "UTC") -> User:
        """A new person; without a password they can only come in by a link."""
        user = self.model(email=email.strip().lower(), name=name, time_zone=time_zone)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, email: str | None) -> User:
        """The person with this address, whatever its case."""
        return self.get(email__iexact=email)


class User(AbstractBaseUser):
    """One person, known by e-mail, who may belong to several agencies and clients. A global table."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    theme = models.CharField(_("theme"), max_length=8, default="system")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="core_user_email_any_case")]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        """The name, or the address where no name is set."""
        return self.name or self.email

    # Django's mail and admin helpers ask for this name too.
    get_short_name = get_full_name


class Agency(models.Model):
    """A tenant. Its own row is visible inside its own scope only."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=40, unique=True)
    time_zone = models.CharField(max_length=64, default="UTC")
    currency = models.CharField(max_length=3, default="USD")
    brand_colour = models.CharField(max_length=7, default="#4F49D6")
    mail_from = models.EmailField(blank=True)
    require_mfa = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=now, editable=False)
    suspended_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[TenantManager[Agency]] = TenantManager()

    class Meta:
        base_manager_name = "objects"
        verbose_name_plural = "agencies"

    def __str__(self) -> str:
        return self.name

    def save(self, **how: Unpack[SaveOptions]) -> None:
        """Saved only inside its own scope."""
        require_scope()
        super().save(**how)


class Membership(TenantModel):
    """A person's place on an agency's staff."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["agency", "user"], name="core_membership_once"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="core_membership_role"),
        ]


class Invitation(TenantModel):
    """A link that lets one address into one agency in one role, once, for a while.

    ``client_id`` and ``rights`` make it an invitation to the portal of that client instead.
    """

    email = models.EmailField()
    role = models.CharField(max_length=20, choices=Role.choices, blank=True)
    contact_id = models.UUIDField(null=True, blank=True)
    digest = models.CharField(max_length=64)
    invited_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["agency", "digest"], name="core_invitation_digest"),
            models.CheckConstraint(
                condition=models.Q(role="", contact_id__isnull=False) | models.Q(role__in=Role.values, contact_id=None),
                name="core_invitation_one_purpose",
            ),
        ]
        indexes = [models.Index(fields=["digest"], name="core_invitation_lookup")]
