#!/bin/sh
# Runs once, when the database is first made: the working role gets its own password and no rights beyond its grants.
set -eu
psql -v ON_ERROR_STOP=1 -U postgres -d retainer -v password="$APP_PASSWORD" <<'SQL'
CREATE ROLE retainer_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'password';
SQL
