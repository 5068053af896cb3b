#!/bin/sh
# Writes src/api/schema.ts from openapi.json, which is what `gavia openapi` prints; tests hold all three together.
set -eu
cd "$(dirname "$0")/.."
npm exec --yes --package=openapi-typescript@7.13.0 --package=typescript@5.9.3 -- \
  openapi-typescript openapi.json --output src/api/schema.ts --alphabetize --empty-objects-unknown
printf '\n// sha256 of openapi.json: %s\n' "$(sha256sum openapi.json | cut -d' ' -f1)" >> src/api/schema.ts
