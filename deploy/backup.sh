#!/usr/bin/env bash
# Writes the whole database, encrypted, to one file: deploy/backup.sh retainer.dump.age
#
# BACKUP_ENCRYPTION says with what: age (as it stands), gpg, or none. BACKUP_RECIPIENT says for whom: an age or SSH public
# key, or a key that gpg has. Only the private key opens the file again; it does not belong on this machine. Nothing is
# written in plain, not even for a moment: what pg_dump says goes straight into the encryption.
#
# DATABASE_BACKUP_URL logs in as a role that may read past row-level security, made once by
#   CREATE ROLE retainer_backup LOGIN BYPASSRLS PASSWORD '…'; GRANT pg_read_all_data TO retainer_backup;
# A role without it is refused by pg_dump, so that no backup is silently incomplete.
set -euo pipefail
file="${1:?Name the file to write: deploy/backup.sh retainer.dump.age}"
: "${DATABASE_BACKUP_URL:?}"
umask 077

dump() { "${PG_BIN:+$PG_BIN/}pg_dump" --format=custom --dbname="$DATABASE_BACKUP_URL"; }

recipient() {
  if [ -z "${BACKUP_RECIPIENT:-}" ]; then
    echo "No backup was made: name in BACKUP_RECIPIENT for whom it is encrypted, or say BACKUP_ENCRYPTION=none." >&2
    exit 2
  fi
}

encrypt() {
  case "${BACKUP_ENCRYPTION:-age}" in
    age) age --encrypt --recipient "$BACKUP_RECIPIENT" ;;
    gpg) gpg --batch --quiet --no-tty --trust-model always --encrypt --recipient "$BACKUP_RECIPIENT" ;;
    none) cat ;;
  esac
}

case "${BACKUP_ENCRYPTION:-age}" in
  age | gpg) recipient ;;
  none) echo "This backup is not encrypted: whoever has the file has every client's data." >&2 ;;
  *) echo "BACKUP_ENCRYPTION is age, gpg or none, not ${BACKUP_ENCRYPTION}." >&2; exit 2 ;;
esac
trap 'rm -f "$file.making"' EXIT
dump | encrypt > "$file.making"
# A backup that was cut off never bears the name of a whole one.
mv "$file.making" "$file"
