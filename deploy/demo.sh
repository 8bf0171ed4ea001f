#!/usr/bin/env bash
# Tells the whole story on this machine with the real programs, on one card: the signature PIN is blocked, booked on the
# phone with the user PIN, the card's front and the holder's face, and reset at the kiosk; then the user PIN is blocked
# and reset with the new signature PIN. Every program is separate, as in the field. Run it with `make demo`.
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
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/jpki-reset
HOLDER=$CACHE/pictures/grace_hopper.jpg
STRANGER=$CACHE/pictures/astronaut.png
started=$(date +%s)

source deploy/demo/screen.sh
source deploy/demo/parts.sh

[ "$STORE" = embedded ] || [ "$STORE" = redis ] || fail "STORE is embedded or redis, not $STORE"
trap stop_everything EXIT
trap 'exit 130' INT TERM

headline "jpki-reset: both PINs of one card, from the phone to the kiosk (store: $STORE)"
note "Everything is kept in $DIR. The issuer, the card, its reset command and the camera are simulated; the rest is"
note "real: the PC/SC stack, TLS, the store, the face engine, and OpenSC as a card tool by other authors."

clear_away
make_site
issue_card
start_readers
start_store
start_server
admit_kiosk
write_phone_settings

headline "The first story: the signature PIN (署名用)"

chapter "1" "At home: five wrong tries block the signature PIN"
put_card phone
for wrong in WRONG1 WRONG2 WRONG3 WRONG4 WRONG5; do
    expect_refusal "a wrong signature PIN, in OpenSC as in any card program" verify_signature_pin 0 "$wrong"
done
expect_refusal "now even the right one" verify_signature_pin 0 ABC123

chapter "2" "The phone's camera: the card's front, the holder, and a stranger who has found card and user PIN"
show photograph_card front.png
show take_frames "$HOLDER" holder
show take_frames "$STRANGER" stranger

chapter "3" "On the phone: the stranger's face is not the one in the chip"
say_typed "$PRINTED"
expect_refusal "the right card and the right user PIN, but another face" \
    with_input "$PRINTED" phone book --target signature --accept-terms "$TERMS" --front "$DIR/front.png" --frames "$DIR/stranger"

chapter "4" "On the phone: the holder goes on with the same booking"
say_typed "$PRINTED"
show with_input "$PRINTED" phone book --target signature --accept-terms "$TERMS" --front "$DIR/front.png" --frames "$DIR/holder"

chapter "5" "At the store: the kiosk sets the new signature PIN"
put_card kiosk
say_input "types the user PIN, then the new signature PIN twice"
show with_input $'1234\nKAWA2026\nKAWA2026' kiosk redeem --target signature --no-wait-removal
show verify_signature_pin 1 KAWA2026
done_ "the card accepts the new signature PIN"
expect_refusal "the old one" verify_signature_pin 1 ABC123
show verify_signature_pin 1 KAWA2026
done_ "and the counter is full again"

headline "The second story: the user PIN (利用者証明用), booked with the new signature PIN"

chapter "6" "At home: three wrong tries block the user PIN"
put_card phone
for wrong in 0000 1111 2222; do
    expect_refusal "a wrong user PIN" verify_user_pin 0 "$wrong"
done
expect_refusal "now even the right one" verify_user_pin 0 1234

chapter "7" "On the phone: no face is asked for, the signature PIN is enough"
say_input "types the signature PIN"
show with_input "KAWA2026" phone book --target user --accept-terms "$TERMS"

chapter "8" "At the store: the kiosk sets the new user PIN"
put_card kiosk
say_input "types the signature PIN, then the new user PIN twice"
show with_input $'KAWA2026\n8351\n8351' kiosk redeem --target user --no-wait-removal
show verify_user_pin 1 8351
done_ "the card accepts the new user PIN"
expect_refusal "the old one" verify_user_pin 1 1234
show verify_user_pin 1 8351
done_ "and the counter is full again"

chapter "9" "The reservation is used up: a second claim of it is refused"
say_input "types the signature PIN again"
expect_refusal "the same card at the same kiosk" \
    with_input $'KAWA2026\n9462\n9462' kiosk redeem --target user --no-wait-removal
show phone status

finish
