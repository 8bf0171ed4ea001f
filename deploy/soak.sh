#!/usr/bin/env bash
# The long runs: more random commands, more contested claims, more kills than `make test` has time for.
set -euo pipefail
cd "$(dirname "$0")/.."

# Never exported: what begins with JPKI_RESET_ is a setting to the servers of the other runs.
commands=${JPKI_RESET_RANDOM_COMMANDS:-1000000}
unset JPKI_RESET_RANDOM_COMMANDS
printf 'random commands over both records: %s\n' "$commands"
JPKI_RESET_RANDOM_COMMANDS=$commands cargo nextest run -p reservation --no-capture

pictures=${JPKI_RESET_MUTATED_PICTURES:-100000}
unset JPKI_RESET_MUTATED_PICTURES
printf 'damaged pictures through a face worker: %s\n' "$pictures"
JPKI_RESET_MUTATED_PICTURES=$pictures cargo nextest run -p face-worker --test mutations --profile soak --no-capture

claims=${CONTESTED_CLAIMS:-100000}
printf 'contested claims on each store: %s\n' "$claims"
CONTESTED_CLAIMS=$claims cargo nextest run -p end-to-end --test contention --profile soak
