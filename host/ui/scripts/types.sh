#!/bin/sh
# Writes src/api/schema.ts from the OpenAPI document of a running server (GAVIA_SERVER, by default the local one).
set -eu
cd "$(dirname "$0")/.."
npm exec --yes --package=openapi-typescript@7.13.0 --package=typescript@5.9.3 -- \
  openapi-typescript "${GAVIA_SERVER:-http://127.0.0.1:8060}/openapi.json" --output src/api/schema.ts --alphabetize --empty-objects-unknown
