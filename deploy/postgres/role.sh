#!/bin/sh
# Run once, when the database is made: the role of the agents, which may make schemas of its own there and nothing else.
set -eu
psql -v ON_ERROR_STOP=1 -v "password=$(cat /secrets/database/password)" -U "$POSTGRES_USER" -d "$POSTGRES_DB" --quiet <<'SQL'
CREATE ROLE mesh LOGIN PASSWORD :'password';
GRANT CREATE ON DATABASE agentia TO mesh;
REVOKE ALL ON DATABASE postgres FROM PUBLIC;
SQL
