#!/usr/bin/env bash
# Tells the whole story on this machine with the real programs: a user PIN is blocked, booked on the phone, reset at
# the kiosk. Every program is separate, as in the field. Run it with `make demo`.
#
#   ONCE=1         stop everything after the story
#   STORE=redis    keep reservations in a private Redis instead of a file
#   DEMO_LANG=ja   phone and kiosk speak Japanese (en: English)
#   DEMO_DIR=DIR   where everything is kept (default .demo)
set -euo pipefail
cd "$(dirname "$0")/.."

BIN=${BIN:?run this with make demo}
STORE=${STORE:-embedded}
ONCE=${ONCE:-}
SPEAK=${DEMO_LANG:-en}
DIR=$(realpath -m "${DEMO_DIR:-.demo}")
KEY=$DIR/kiosk/tokyo-0001
started=$(date +%s)

source deploy/demo/screen.sh
source deploy/demo/parts.sh

[ "$STORE" = embedded ] || [ "$STORE" = redis ] || fail "STORE is embedded or redis, not $STORE"
trap stop_everything EXIT
trap 'exit 130' INT TERM

headline "jpki-reset: a blocked user PIN, from the phone to the kiosk (store: $STORE)"
note "Everything is kept in $DIR. The issuer, the card and its reset command are simulated; the rest is real:"
note "the PC/SC stack, TLS, the store, and OpenSC as a card tool by other authors."

clear_away
make_site
issue_card
start_readers
start_store
start_server
admit_kiosk
write_phone_settings

chapter "1" "At home: three wrong tries block the user PIN"
put_card phone
run_hidden_pins "OpenSC, as any card program would, tries a wrong user PIN" 3 try_wrong_pin
expect_refusal "the right PIN no longer helps" with_input 1234 \
    pkcs15-tool --reader 0 --verify-pin --auth-id 01

chapter "2" "On the phone: book the reset with the signature PIN, which is still known"
say_input "accepts the terms, then types the signature PIN"
show with_input "ABC123" phone book --target user --accept-terms "$TERMS"
show phone status

chapter "3" "At the store: the kiosk sets the new PIN"
put_card kiosk
say_input "types the signature PIN, then the new user PIN twice"
show with_input $'ABC123\n8351\n8351' kiosk redeem --target user

chapter "4" "The card accepts the new PIN and refuses the old one"
show with_input 8351 pkcs15-tool --reader 1 --verify-pin --auth-id 01
expect_refusal "the old PIN" with_input 1234 pkcs15-tool --reader 1 --verify-pin --auth-id 01
show with_input 8351 pkcs15-tool --reader 1 --verify-pin --auth-id 01

chapter "5" "The reservation is used up: a second claim is refused"
put_card kiosk
expect_refusal "the same card, the same kiosk" with_input $'ABC123\n9462\n9462' kiosk redeem --target user
show phone status

finish
