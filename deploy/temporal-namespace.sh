#!/bin/sh
# Makes Jenjang's namespace in Temporal where it is missing; TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE say where.
# Closed workflows are kept for 30 days: the record that lasts is the ledger, this is for looking into trouble.
set -eu

attempt=1
until temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1 \
  || temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention 720h; do
  if [ "$attempt" -ge 30 ]; then
    echo "namespace $TEMPORAL_NAMESPACE could not be made" >&2
    exit 1
  fi
  attempt=$((attempt + 1))
  sleep 2
done
