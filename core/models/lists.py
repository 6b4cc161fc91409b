"""What people keep of lists: the filters and the order that they come back to."""

from __future__ import annotations

from django.db import models

from core.models.accounts import User
from core.tenancy.models import TenantModel


class SavedView(TenantModel):
    """The filters and the order of one list, under a name. One person's own, or shown to the whole agency.

    ``query`` holds only what the list knew when it was saved; opening it drops what the list knows no longer.
    """

    # The unique key below begins with agency and person, so no index of its own.
    person = models.ForeignKey(User, on_delete=models.CASCADE, db_index=False, related_name="+")
    list_name = models.CharField(max_length=40)
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=1000, blank=True)
    shared = models.BooleanField(default=False)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["agency", "person", "list_name", "name"], name="core_view_once"),
        ]
