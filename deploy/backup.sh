#!/bin/sh
# Writes the whole database to one file: deploy/backup.sh retainer.dump
#
# DATABASE_BACKUP_URL logs in as a role that may read past row-level security, made once by
#   CREATE ROLE retainer_backup LOGIN BYPASSRLS PASSWORD '…'; GRANT pg_read_all_data TO retainer_backup;
# A role without it is refused by pg_dump, so that no backup is silently incomplete.
set -eu
file="${1:?Name the file to write: deploy/backup.sh retainer.dump}"
umask 077
"${PG_BIN:+$PG_BIN/}pg_dump" --format=custom --file="$file.making" --dbname="${DATABASE_BACKUP_URL:?}"
# A backup that was cut off never bears the name of a whole one.
mv "$file.making" "$file"
