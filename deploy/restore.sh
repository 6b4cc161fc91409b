#!/bin/sh
# Brings a backup into an empty database: deploy/restore.sh retainer.dump
#
# DATABASE_RESTORE_URL logs in as a superuser of a server whose roles exist (manage.py prepare_database). All or nothing.
# The keys that sealed the secrets are not in the backup; ENCRYPTION_KEYS and TOKEN_PEPPERS must be those of then.
set -eu
file="${1:?Name the file to restore: deploy/restore.sh retainer.dump}"
: "${DATABASE_RESTORE_URL:?}"
"${PG_BIN:+$PG_BIN/}pg_restore" --exit-on-error --single-transaction --dbname="$DATABASE_RESTORE_URL" "$file"
# Without statistics the first minutes would be slow.
"${PG_BIN:+$PG_BIN/}psql" --quiet --set=ON_ERROR_STOP=1 --dbname="$DATABASE_RESTORE_URL" --command="ANALYZE"
