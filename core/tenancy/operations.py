"""The migration operations that put the third wall under a table.

Every table with an ``agency_id`` gets, in its own migration: row-level security enabled and forced, one policy a role,
grants, the composite keys that other tables point at, and composite foreign keys of its own. ``tests/walls`` reads
the catalogue and fails on any table that has been forgotten.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Literal

from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from core.tenancy.fields import TenantForeignKey
from core.tenancy.roles import APP, OWNER, PORTAL, SWEEPER

PortalView = Literal["client", "agency", "self", None]

AGENCY = "retainer_setting_uuid('app.agency_id')"
CLIENT = "retainer_setting_uuid('app.client_id')"
USER = "retainer_setting_uuid('app.user_id')"
LOOKUP = "nullif(current_setting('app.lookup', true), '')"

SETTINGS_FUNCTION = """
CREATE OR REPLACE FUNCTION retainer_setting_uuid(name text) RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT nullif(current_setting(name, true), '')::uuid $$
"""

APPEND_ONLY_FUNCTION = """
CREATE OR REPLACE FUNCTION retainer_append_only() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog
AS $$ BEGIN RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME USING ERRCODE = '42501'; END $$
"""


def short_name(*parts: str) -> str:
    """A constraint name of at most 63 bytes that stays the same for the same parts."""
    name = "_".join(parts)
    if len(name) <= 60:
        return name
    return f"{name[:50]}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"


class _SqlOperation(Operation):
    """An operation that changes the database and not Django's picture of the models."""

    reduces_to_sql = True
    reversible = True

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Nothing: the models stay as they are."""

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Nothing: dropping the table drops its policies, keys and grants."""


class InstallTenancy(_SqlOperation):
    """The functions the policies read with. Runs once, before the first table."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        schema_editor.execute(SETTINGS_FUNCTION, None)
        schema_editor.execute(APPEND_ONLY_FUNCTION, None)
        schema_editor.execute(f"GRANT USAGE ON SCHEMA public TO {APP}, {PORTAL}, {SWEEPER}")

    def describe(self) -> str:
        return "Installs the tenancy functions"


class GrantGlobal(_SqlOperation):
    """Grants for a table that belongs to no agency. The list of such tables is itself a test."""

    def __init__(self, tables: Sequence[str], app: str = "SELECT, INSERT, UPDATE, DELETE", sweeper: str = "") -> None:
        self.tables, self.app, self.sweeper = list(tables), app, sweeper

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        for table in self.tables:
            schema_editor.execute(f'GRANT {self.app} ON "{table}" TO {APP}')
            if self.sweeper:
                schema_editor.execute(f'GRANT {self.sweeper} ON "{table}" TO {SWEEPER}')

    def describe(self) -> str:
        return f"Grants on {', '.join(self.tables)}"


class SecureTable(_SqlOperation):
    """Row-level security, grants and composite keys for one model.

    ``portal``: who of the portal may read it: ``client`` (rows of the client), ``agency`` (rows of the agency that
    belong to no client), ``self`` (the agency's own row); None keeps the portal out. ``portal_where`` is a further
    condition in SQL, such as "published_at IS NOT NULL". ``sweeper``: the verbs that cross-tenant work needs.
    ``identity``: the condition under which a person may read a row before any agency is chosen.
    ``lookup``: the column by which one row may be read by its public key. ``append_only`` forbids changing a row.
    ``frozen_when`` is a condition on OLD under which nobody changes a row any more, such as "OLD.published_at IS NOT
    NULL"; ``frozen_columns`` are never changed from the start, and their rows never deleted.
    """

    def __init__(
        self,
        model: str,
        *,
        portal: PortalView = None,
        portal_where: str = "",
        sweeper: str = "",
        identity: str = "",
        lookup: str = "",
        append_only: bool = False,
        frozen_when: str = "",
        frozen_columns: Sequence[str] = (),
    ) -> None:
        self.model, self.portal, self.portal_where = model, portal, portal_where
        self.sweeper, self.identity, self.lookup, self.append_only = sweeper, identity, lookup, append_only
        self.frozen_when, self.frozen_columns = frozen_when, list(frozen_columns)

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model)
        for statement in self.statements(model):
            schema_editor.execute(statement, None)

    def describe(self) -> str:
        return f"Secures {self.model} by tenant"

    def statements(self, model: type[models.Model]) -> Iterable[str]:
        """All SQL for the model's table, in order."""
        table = model._meta.db_table
        yield from self._policies(table, "id" if self.portal == "self" else "agency_id", _client_column(model))
        yield from self._grants(table)
        if self.portal != "self":
            yield from _keys(model)
            yield from _foreign_keys(model)
        if self.append_only:
            yield _refuse("append_only", "UPDATE OR DELETE", table)
        if self.frozen_when:
            yield _refuse("frozen", "UPDATE OR DELETE", table, self.frozen_when)
        if self.frozen_columns:
            changed = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in self.frozen_columns)
            yield _refuse("frozen_columns", "UPDATE", table, changed)
            yield _refuse("frozen_row", "DELETE", table)

    def _policies(self, table: str, tenant_column: str, client_column: str) -> Iterable[str]:
        yield f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY'
        yield f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY'
        # FORCE binds the owner too: without this a data migration would silently change nothing.
        yield f'CREATE POLICY owner ON "{table}" TO {OWNER} USING (true) WITH CHECK (true)'
        # A token may be bound to one client; staff and the system name none and see all of the agency.
        narrowed = f" AND ({CLIENT} IS NULL OR {client_column} = {CLIENT})" if client_column else ""
        yield f'CREATE POLICY tenant ON "{table}" TO {APP} USING ({tenant_column} = {AGENCY}{narrowed})'
        if self.identity:
            condition = f"{AGENCY} IS NULL AND {self.identity.format(user=USER)}"
            yield f'CREATE POLICY identity ON "{table}" FOR SELECT TO {APP} USING ({condition})'
        if self.lookup:
            condition = f"{AGENCY} IS NULL AND {self.lookup} = {LOOKUP}"
            yield f'CREATE POLICY lookup ON "{table}" FOR SELECT TO {APP} USING ({condition})'
        if self.portal:
            condition = self._portal_condition(tenant_column)
            yield f'CREATE POLICY portal ON "{table}" FOR SELECT TO {PORTAL} USING ({condition})'
        if self.sweeper:
            yield f'CREATE POLICY sweeper ON "{table}" TO {SWEEPER} USING (true) WITH CHECK (true)'

    def _portal_condition(self, tenant_column: str) -> str:
        parts = [f"{tenant_column} = {AGENCY}"]
        if self.portal == "client":
            own_column = "id" if self.model.lower() == "client" else "client_id"
            parts.append(f"{own_column} = {CLIENT}")
        if self.portal_where:
            parts.append(f"({self.portal_where})")
        return " AND ".join(parts)

    def _grants(self, table: str) -> Iterable[str]:
        verbs = "SELECT, INSERT" if self.append_only else "SELECT, INSERT, UPDATE, DELETE"
        yield f'GRANT {verbs} ON "{table}" TO {APP}'
        if self.portal:
            yield f'GRANT SELECT ON "{table}" TO {PORTAL}'
        if self.sweeper:
            yield f'GRANT {self.sweeper} ON "{table}" TO {SWEEPER}'


def _refuse(name: str, verbs: str, table: str, condition: str = "") -> str:
    """A trigger that lets nobody do this, whatever their grants; with a condition on the row only where it holds."""
    when = f" WHEN ({condition})" if condition else ""
    return (
        f'CREATE TRIGGER {name} BEFORE {verbs} ON "{table}" FOR EACH ROW{when} EXECUTE FUNCTION retainer_append_only()'
    )


def _has_field(model: type[models.Model], name: str) -> bool:
    return any(field.name == name for field in model._meta.get_fields())


def is_client_owned(model: type[models.Model]) -> bool:
    """True where rows name the client they belong to by a tenant foreign key."""
    return any(field.name == "client" and isinstance(field, TenantForeignKey) for field in model._meta.get_fields())


def _client_column(model: type[models.Model]) -> str:
    if model._meta.model_name == "client":
        return "id"
    return "client_id" if is_client_owned(model) else ""


def _keys(model: type[models.Model]) -> Iterable[str]:
    """The composite keys that other tenants' tables may point at."""
    table = model._meta.db_table
    if not _has_field(model, "id"):
        return
    yield f'ALTER TABLE "{table}" ADD CONSTRAINT "{short_name(table, "agency_key")}" UNIQUE (agency_id, id)'
    if is_client_owned(model):
        name = short_name(table, "agency_client_key")
        yield f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" UNIQUE (agency_id, client_id, id)'


def _foreign_keys(model: type[models.Model]) -> Iterable[str]:
    for field in model._meta.local_fields:
        if isinstance(field, TenantForeignKey):
            yield from _foreign_key(model, field)


def _foreign_key(model: type[models.Model], field: TenantForeignKey) -> Iterable[str]:
    table, column, target = model._meta.db_table, field.column, field.related_model
    ours, theirs = ["agency_id", column], ["agency_id", "id"]
    # Between two tables of one client the client is part of the key too.
    if field.name != "client" and is_client_owned(model) and is_client_owned(target):
        ours, theirs = ["agency_id", "client_id", column], ["agency_id", "client_id", "id"]
    yield (
        f'ALTER TABLE "{table}" ADD CONSTRAINT "{short_name(table, column, "fk")}" FOREIGN KEY ({", ".join(ours)})'
        f' REFERENCES "{target._meta.db_table}" ({", ".join(theirs)}) DEFERRABLE INITIALLY IMMEDIATE'
    )
    yield f'CREATE INDEX "{short_name(table, column, "idx")}" ON "{table}" (agency_id, {column})'


class AddTenantKey(_SqlOperation):
    """The composite foreign key and index of a field that came to a table later."""

    def __init__(self, model: str, field: str) -> None:
        self.model, self.field = model, field

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model)
        for statement in _foreign_key(model, model._meta.get_field(self.field)):
            schema_editor.execute(statement, None)

    def describe(self) -> str:
        return f"Secures {self.model}.{self.field} by tenant"


class ExtraIdentity(_SqlOperation):
    """A further way in which a person may find a row before any agency is chosen, from a table of a later app."""

    def __init__(self, table: str, name: str, condition: str) -> None:
        self.table, self.name, self.condition = table, name, condition

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        condition = f"{AGENCY} IS NULL AND {self.condition.format(user=USER)}"
        schema_editor.execute(
            f'CREATE POLICY "identity_{self.name}" ON "{self.table}" FOR SELECT TO {APP} USING ({condition})'
        )

    def describe(self) -> str:
        return f"Lets a person find their {self.table} by {self.name}"
