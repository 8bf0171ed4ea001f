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
for wrong in 0000 1111 2222; do
    expect_refusal "a wrong user PIN, in OpenSC as in any card program" verify_user_pin 0 "$wrong"
done
expect_refusal "now even the right one" verify_user_pin 0 1234

chapter "2" "On the phone: the reset is booked with the signature PIN, which is still known"
say_input "types the signature PIN"
show with_input "ABC123" phone book --target user --accept-terms "$TERMS"

chapter "3" "At the store: the kiosk sets the new PIN"
put_card kiosk
say_input "types the signature PIN, then the new user PIN twice"
show with_input $'ABC123\n8351\n8351' kiosk redeem --target user --no-wait-removal

chapter "4" "The card accepts the new PIN and refuses the old one"
show verify_user_pin 1 8351
done_ "the new PIN is accepted"
expect_refusal "the old PIN" verify_user_pin 1 1234
show verify_user_pin 1 8351
done_ "and the counter is full again"

chapter "5" "The reservation is used up: a second claim of it is refused"
say_input "types the signature PIN again"
expect_refusal "the same card at the same kiosk" \
    with_input $'ABC123\n9462\n9462' kiosk redeem --target user --no-wait-removal
show phone status

finish
