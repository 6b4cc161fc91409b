#!/usr/bin/env bash
# Brings a backup into an empty database: deploy/restore.sh retainer.dump.age
#
# What the file is encrypted with is read from its beginning. One by age needs BACKUP_IDENTITY, the file with the private
# key; one by gpg needs a gpg that has the key. Nothing is written in plain, and the whole file is read once beforehand,
# so that one that was damaged or changed brings in nothing.
#
# DATABASE_RESTORE_URL logs in as a superuser of a server whose roles exist (manage.py prepare_database). All or nothing.
# The keys that sealed the secrets are not in the backup; ENCRYPTION_KEYS and TOKEN_PEPPERS must be those of then.
set -euo pipefail
file="${1:?Name the file to restore: deploy/restore.sh retainer.dump.age}"
: "${DATABASE_RESTORE_URL:?}"

plain() {
  case "$(head -c 21 "$file" | tr -d '\0')" in
    PGDMP*) cat "$file" ;;
    age-encryption.org/v1) age --decrypt --identity "${BACKUP_IDENTITY:?Name the file with the private key}" "$file" ;;
    *) gpg --batch --quiet --decrypt "$file" ;;
  esac
}

plain > /dev/null
plain | "${PG_BIN:+$PG_BIN/}pg_restore" --exit-on-error --single-transaction --dbname="$DATABASE_RESTORE_URL"
# Without statistics the first minutes would be slow.
"${PG_BIN:+$PG_BIN/}psql" --quiet --set=ON_ERROR_STOP=1 --dbname="$DATABASE_RESTORE_URL" --command="ANALYZE"
