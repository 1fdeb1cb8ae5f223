#!/bin/sh
# Run by PostgreSQL's image once, when its data folder is new: a database each for Synapse and the
# appservice, each owned by a role that can do nothing else. Ordered by bytes, as Synapse wants it.
set -eu
for name in synapse appservice; do
  # Read by psql itself, so that it never stands on a command line.
  export PASSWORD_FILE="${KLAAF_SECRETS:-/run/secrets}/$name-database-password"
  psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --set=name="$name" \
    --username="$POSTGRES_USER" --dbname=postgres <<'SQL'
\set password `cat "$PASSWORD_FILE"`
create role :"name" login password :'password';
create database :"name" owner :"name" encoding 'UTF8' locale 'C' template template0;
revoke all on database :"name" from public;
SQL
done
