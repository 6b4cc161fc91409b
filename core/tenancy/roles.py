"""The database roles: who owns, who works, who may only read, who sweeps."""

from __future__ import annotations

import psycopg2
from django.db.backends.utils import CursorWrapper
from psycopg2.extensions import cursor as Cursor

OWNER = "retainer_owner"
APP = "retainer_app"
PORTAL = "retainer_portal"
SWEEPER = "retainer_sweeper"

# With plain inheritance the policies of portal and sweeper would apply to app at all times, and the wall would be
# gone; so app may step into them and inherits nothing from them.
STEP_INTO = "WITH INHERIT FALSE, SET TRUE"


def ensure_roles(*, owner_dsn: str, app_user: str) -> list[str]:
    """Makes the roles that are missing and returns their names.

    ``owner_dsn`` must log in as somebody who may create roles, or all of them must exist already. ``app_user`` is who
    the processes log in as; where that is not ``retainer_app`` itself it becomes a member of it.
    """
    connection = psycopg2.connect(owner_dsn)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            return _ensure(cursor, app_user)
    finally:
        connection.close()


def _ensure(cursor: Cursor, app_user: str) -> list[str]:
    made = [role for role in (OWNER, APP, PORTAL, SWEEPER) if _create(cursor, role)]
    if not _may_step_into(cursor):
        cursor.execute(f"GRANT {PORTAL}, {SWEEPER} TO {APP} {STEP_INTO}")
    me = str(_told(cursor, "SELECT current_user"))
    if me != OWNER and not _is_member(cursor, me, OWNER):
        cursor.execute(f'GRANT {OWNER} TO "{me}"')
    if app_user not in (APP, OWNER) and not _is_member(cursor, app_user, APP):
        cursor.execute(f'GRANT {APP} TO "{app_user}"')
    if not _told(cursor, "SELECT has_schema_privilege(%s, 'public', 'CREATE')", OWNER):
        cursor.execute(f"GRANT CREATE, USAGE ON SCHEMA public TO {OWNER}")
    return made


def _create(cursor: Cursor, role: str) -> bool:
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
    if cursor.fetchone():
        return False
    cursor.execute(f"CREATE ROLE {role} NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS")
    return True


def _is_member(cursor: Cursor, member: str, role: str) -> bool:
    return bool(_told(cursor, "SELECT pg_has_role(%s, %s, 'MEMBER')", member, role))


def _may_step_into(cursor: Cursor) -> bool:
    granted = _told(
        cursor,
        "SELECT count(*) FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid JOIN pg_roles u ON u.oid = m.member"
        " WHERE u.rolname = %s AND r.rolname IN (%s, %s) AND m.set_option AND NOT m.inherit_option",
        *(APP, PORTAL, SWEEPER),
    )
    return granted == 2


def _told(cursor: Cursor, sql: str, *values: str) -> str | bool | int | None:
    """The first value of the answer."""
    cursor.execute(sql, values)
    row = cursor.fetchone()
    return row[0] if row else None


def privileged_because(cursor: CursorWrapper) -> str:
    """Why the logged-in role is too mighty to serve requests; empty where it is not."""
    cursor.execute(
        "SELECT rolname, rolsuper, rolbypassrls, pg_has_role(session_user, %s, 'MEMBER') FROM pg_roles"
        " WHERE rolname = session_user",
        [OWNER],
    )
    name, is_super, bypasses, owns = cursor.fetchone()
    if is_super:
        return f"{name} is a superuser"
    if bypasses:
        return f"{name} has BYPASSRLS"
    if owns:
        return f"{name} owns the tables"
    return ""
