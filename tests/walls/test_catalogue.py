"""X04: the third wall, read from PostgreSQL's own catalogue, for every table there is.

A new table without its wall fails here, whoever made it and however. The functions take the connection's cursor so
that the tests at the end can break one thing on purpose and see it found.
"""

from __future__ import annotations

from typing import Any

import psycopg2
import pytest
from django.apps import apps
from django.db import connection
from psycopg2.extensions import make_dsn

from core.tenancy.fields import TenantForeignKey
from core.tenancy.models import TenantModel
from core.tenancy.operations import is_client_owned
from tests.databases import OWNER_DSN

# Tables of no agency. Adding one here is a decision that a reviewer sees.
GLOBAL_TABLES = {
    "account_emailaddress",
    "account_emailconfirmation",
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "core_accountevent",
    "core_cache",
    "core_heartbeat",
    "core_user",
    "django_content_type",
    "django_migrations",
    "django_session",
    "mfa_authenticator",
    "usersessions_usersession",
}

# The agency's own row is found by its primary key.
TENANT_COLUMN = {"core_agency": "id"}


def rows(cursor: Any, sql: str) -> list[tuple[Any, ...]]:
    cursor.execute(sql)
    return list(cursor.fetchall())


def tables(cursor: Any) -> set[str]:
    return {
        name
        for (name,) in rows(
            cursor,
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
            " AND NOT relispartition",
        )
    }


def tables_without_a_home(cursor: Any) -> list[str]:
    """Tables that carry no agency and are not on the list of global ones."""
    with_agency = {
        name
        for (name,) in rows(
            cursor,
            "SELECT c.relname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE a.attname = 'agency_id'"
            " AND a.attnotnull AND c.relnamespace = 'public'::regnamespace",
        )
    }
    return sorted(tables(cursor) - GLOBAL_TABLES - with_agency - set(TENANT_COLUMN))


def unguarded_tables(cursor: Any) -> list[str]:
    """Tenant tables where row-level security is off, not forced, or lacks the policies of owner and tenant."""
    guarded = {
        name
        for (name,) in rows(
            cursor,
            "SELECT c.relname FROM pg_class c WHERE c.relrowsecurity AND c.relforcerowsecurity AND EXISTS"
            " (SELECT 1 FROM pg_policies p WHERE p.tablename = c.relname AND p.policyname = 'tenant'"
            "  AND p.roles = '{retainer_app}' AND p.cmd = 'ALL' AND p.qual LIKE '%app.agency_id%')"
            " AND EXISTS (SELECT 1 FROM pg_policies p WHERE p.tablename = c.relname AND p.policyname = 'owner'"
            "  AND p.roles = '{retainer_owner}')",
        )
    }
    return sorted(tables(cursor) - GLOBAL_TABLES - guarded)


def loose_policies(cursor: Any) -> list[str]:
    """Policies for everybody, permissive 'true' for the working role, or portal policies without the agency."""
    return [
        f"{table}.{name}"
        for table, name, roles, qual in rows(cursor, "SELECT tablename, policyname, roles, qual FROM pg_policies")
        if "public" in roles
        or ("retainer_app" in roles and (qual == "true" or "app.agency_id" not in qual))
        or ("retainer_portal" in roles and "app.agency_id" not in qual)
    ]


def portal_policies_without_client(cursor: Any) -> list[str]:
    """Client-owned tables that the portal may read without naming the client."""
    return [
        table
        for table, qual in rows(
            cursor,
            "SELECT p.tablename, p.qual FROM pg_policies p JOIN pg_class c ON c.relname = p.tablename"
            " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'client_id' AND a.attnotnull"
            " WHERE p.policyname = 'portal'",
        )
        if "app.client_id" not in qual
    ]


def forbidden_grants(cursor: Any) -> list[str]:
    """Rights that no role of ours may hold: TRUNCATE and the like for any, any write for the portal."""
    return [
        f"{role} {privilege} {table}"
        for role, privilege, table in rows(
            cursor,
            "SELECT grantee, privilege_type, table_name FROM information_schema.role_table_grants"
            " WHERE table_schema = 'public'"
            " AND grantee IN ('retainer_app', 'retainer_portal', 'retainer_sweeper', 'PUBLIC')"
            " AND (privilege_type IN ('TRUNCATE', 'REFERENCES', 'TRIGGER') OR grantee = 'PUBLIC'"
            "  OR (grantee = 'retainer_portal' AND privilege_type <> 'SELECT'))",
        )
    ]


def partitions_with_grants(cursor: Any) -> list[str]:
    return [
        name
        for (name,) in rows(
            cursor,
            "SELECT c.relname FROM pg_class c WHERE c.relispartition AND EXISTS (SELECT 1 FROM aclexplode(c.relacl) x"
            " WHERE x.grantee <> c.relowner)",
        )
    ]


def unique_keys_across_tenants(cursor: Any) -> list[str]:
    """Unique indexes of tenant tables that neither start with the agency nor are the row's own random id."""
    return [
        index
        for table, index, first, is_primary in rows(
            cursor,
            "SELECT c.relname, i.relname, a.attname, x.indisprimary FROM pg_index x"
            " JOIN pg_class c ON c.oid = x.indrelid"
            " JOIN pg_class i ON i.oid = x.indexrelid"
            " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = x.indkey[0]"
            " WHERE x.indisunique AND c.relnamespace = 'public'::regnamespace",
        )
        if table not in GLOBAL_TABLES
        and first != "agency_id"
        and not (is_primary and first in ("id", "check_id"))
        # The agency's slug is its public address.
        and table != "core_agency"
    ]


def unsafe_functions(cursor: Any) -> list[str]:
    """SECURITY DEFINER functions without a pinned search path, or open to everybody."""
    return [
        name
        for name, config, public in rows(
            cursor,
            "SELECT p.proname, p.proconfig::text, has_function_privilege('public', p.oid, 'EXECUTE') FROM pg_proc p"
            " WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef",
        )
        if public or "search_path=pg_catalog" not in (config or "")
    ]


def views_without_invoker(cursor: Any) -> list[str]:
    return [
        name
        for (name,) in rows(
            cursor,
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('v', 'm')"
            " AND NOT coalesce(reloptions::text LIKE '%security_invoker=true%', false)",
        )
    ]


CHECKS = [
    tables_without_a_home,
    unguarded_tables,
    loose_policies,
    portal_policies_without_client,
    forbidden_grants,
    partitions_with_grants,
    unique_keys_across_tenants,
    unsafe_functions,
    views_without_invoker,
]


@pytest.mark.django_db
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_catalogue_has_no(check: Any) -> None:
    with connection.cursor() as cursor:
        assert check(cursor) == []


@pytest.mark.django_db
def test_every_tenant_foreign_key_has_its_composite_twin() -> None:
    with connection.cursor() as cursor:
        real = {
            (table, tuple(columns))
            for table, columns in rows(
                cursor,
                "SELECT c.relname, array_agg(a.attname::text ORDER BY k.place) FROM pg_constraint f"
                " JOIN pg_class c ON c.oid = f.conrelid"
                " CROSS JOIN LATERAL unnest(f.conkey) WITH ORDINALITY k(attnum, place)"
                " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum"
                " WHERE f.contype = 'f' GROUP BY f.oid, c.relname",
            )
        }
    assert wanted_foreign_keys() - real == set()


def wanted_foreign_keys() -> set[tuple[str, tuple[str, ...]]]:
    wanted: set[tuple[str, tuple[str, ...]]] = set()
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if isinstance(field, TenantForeignKey):
                both = field.name != "client" and is_client_owned(model) and is_client_owned(field.related_model)
                key = ("agency_id", "client_id", field.column) if both else ("agency_id", field.column)
                wanted.add((model._meta.db_table, key))
    return wanted


def test_no_relation_between_tenants_is_a_plain_foreign_key() -> None:
    plain = [
        f"{model.__name__}.{field.name}"
        for model in apps.get_models()
        if issubclass(model, TenantModel)
        for field in model._meta.local_fields
        if field.is_relation
        and not isinstance(field, TenantForeignKey)
        and field.name != "agency"
        and isinstance(field.related_model, type)
        and issubclass(field.related_model, TenantModel)
    ]
    assert plain == []


@pytest.mark.django_db
def test_app_may_step_into_portal_and_sweeper_and_inherits_nothing_from_them() -> None:
    with connection.cursor() as cursor:
        grants = rows(
            cursor,
            "SELECT r.rolname, m.inherit_option, m.set_option FROM pg_auth_members m"
            " JOIN pg_roles r ON r.oid = m.roleid"
            " JOIN pg_roles u ON u.oid = m.member WHERE u.rolname = 'retainer_app'",
        )
    assert sorted(grants) == [("retainer_portal", False, True), ("retainer_sweeper", False, True)]


# Breaking it on purpose: each statement is undone with its transaction.
BREAKAGES = [
    (tables_without_a_home, "CREATE TABLE forgotten (id uuid PRIMARY KEY)"),
    (unguarded_tables, "CREATE TABLE forgotten (id uuid PRIMARY KEY, agency_id uuid NOT NULL)"),
    (unguarded_tables, "ALTER TABLE clients_client DISABLE ROW LEVEL SECURITY"),
    (unguarded_tables, "ALTER TABLE clients_client NO FORCE ROW LEVEL SECURITY"),
    (unguarded_tables, "DROP POLICY tenant ON incidents_incident"),
    (loose_policies, "CREATE POLICY oops ON clients_client TO retainer_app USING (true)"),
    (loose_policies, "CREATE POLICY oops ON clients_client USING (agency_id IS NOT NULL)"),
    (
        portal_policies_without_client,
        "DROP POLICY portal ON clients_contact; CREATE POLICY portal ON clients_contact FOR SELECT TO retainer_portal"
        " USING (agency_id = retainer_setting_uuid('app.agency_id'))",
    ),
    (forbidden_grants, "GRANT UPDATE ON incidents_incident TO retainer_portal"),
    (forbidden_grants, "GRANT TRUNCATE ON core_auditevent TO retainer_app"),
    (partitions_with_grants, "GRANT SELECT ON monitoring_sample_default TO retainer_app"),
    (unique_keys_across_tenants, "CREATE UNIQUE INDEX oops ON clients_contact (email)"),
    (unsafe_functions, "CREATE FUNCTION oops() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'"),
    (views_without_invoker, "CREATE VIEW oops AS SELECT * FROM clients_client"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("check", "breakage"), BREAKAGES, ids=[f"{c.__name__}-{i}" for i, (c, _) in enumerate(BREAKAGES)]
)
def test_breaking_it_on_purpose_is_found(check: Any, breakage: str) -> None:
    link = psycopg2.connect(
        make_dsn(OWNER_DSN, dbname=str(connection.settings_dict["NAME"])), options="-c role=retainer_owner"
    )
    try:
        with link.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '5s'")
            cursor.execute(breakage)
            assert check(cursor) != []
    finally:
        link.rollback()
        link.close()
