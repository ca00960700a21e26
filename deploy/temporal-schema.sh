#!/bin/sh
# Brings Temporal's two schemas in the databases of deploy/databases.sql to the release of this image; any number
# of times. `setup-schema -v 0.0` makes the version table and never lowers a version; upgrade Temporal by one
# minor release at a time.
set -eu

SQL_PASSWORD="$(cat /run/secrets/temporal_password)"
export SQL_PASSWORD

schema() {
  database="$1"
  shift
  temporal-sql-tool --plugin postgres12_pgx --ep postgresql --port 5432 --user temporal --db "$database" "$@"
}

schema temporal setup-schema -v 0.0
schema temporal update-schema -d /etc/temporal/schema/postgresql/v12/temporal/versioned
schema temporal_visibility setup-schema -v 0.0
schema temporal_visibility update-schema -d /etc/temporal/schema/postgresql/v12/visibility/versioned
