#!/bin/sh
# Starts the Synapse process that KLAAF_WORKER names, or the main one.
set -eu
config="${KLAAF_CONFIG:-/etc/klaaf}"
set -- -c "$config/common.yaml" -c "$config/production.yaml"
if [ -z "${KLAAF_WORKER:-}" ]; then
  exec python -m synapse.app.homeserver "$@"
fi
exec python -m synapse.app.generic_worker "$@" -c "$config/worker-$KLAAF_WORKER.yaml"
