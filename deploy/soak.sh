#!/usr/bin/env bash
# The long runs: more random commands, more contested claims, more kills than `make test` has time for.
set -euo pipefail
cd "$(dirname "$0")/.."

export JPKI_RESET_RANDOM_COMMANDS=${JPKI_RESET_RANDOM_COMMANDS:-1000000}
printf 'random commands over both records: %s\n' "$JPKI_RESET_RANDOM_COMMANDS"
cargo nextest run -p reservation --no-capture
