"""The second and third wall of tenancy: the scope every query runs in, and row-level security beneath it."""

from core.tenancy.context import Actor, Scope, ScopeError, ScopeMissing, current_scope, require_scope
from core.tenancy.fields import TenantForeignKey
from core.tenancy.managers import TenantManager, TenantQuerySet
from core.tenancy.scope import identity_scope, lookup_scope, portal_scope, sweeper_scope, tenant_scope
