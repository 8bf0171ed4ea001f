#!/usr/bin/env bash
# Tells the whole story on this machine with the real programs, on one card: the signature PIN is blocked, booked on the
# phone with the user PIN, the card's front and the holder's face, and reset at the kiosk; then the user PIN is blocked
# and reset with the new signature PIN; then somebody else has card and PIN, and five wrong faces lock both phone and
# card. Every program is separate, as in the field. Run it with `make demo`.
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
find_people
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

chapter "2" "On the phone: a stranger has found the card and knows the user PIN, and follows the poses"
show photograph_card front.png
say_typed "$PRINTED"
expect_refusal "every pose is right, but it is another face" \
    with_input "$PRINTED" phone book "${FOR_SIGNATURE[@]}" --camera "virtual-card frames --picture $STRANGER"

chapter "3" "The stranger holds a photograph of the holder before the camera"
expect_refusal_in_short "the right face, but it does not turn" \
    with_input "$PRINTED" phone book "${FOR_SIGNATURE[@]}" --camera "virtual-card frames --still --picture $HOLDER"

chapter "4" "The stranger plays a recording in which the holder turns this way and that"
show record "$HOLDER" recording front,left,right,front,right,left
expect_refusal_in_short "the right face, and it turns, but not as this challenge asked" \
    with_input "$PRINTED" phone book "${FOR_SIGNATURE[@]}" --frames "$DIR/recording"
expect_refusal_in_short "the same recording once more, for the next challenge; its pictures are known" \
    with_input "$PRINTED" phone book "${FOR_SIGNATURE[@]}" --frames "$DIR/recording"

chapter "5" "On the phone: the holder goes on with the same booking"
say_typed "$PRINTED"
show with_input "$PRINTED" phone book "${FOR_SIGNATURE[@]}" --camera "virtual-card frames --picture $HOLDER"

chapter "6" "At the store: the kiosk sets the new signature PIN"
put_card kiosk
say_input "types the user PIN, then the new signature PIN twice"
show with_input $'1234\nKAWA2026\nKAWA2026' kiosk redeem --target signature --no-wait-removal
show verify_signature_pin 1 KAWA2026
done_ "the card accepts the new signature PIN"
expect_refusal "the old one" verify_signature_pin 1 ABC123
show verify_signature_pin 1 KAWA2026
done_ "and the counter is full again"

headline "The second story: the user PIN (利用者証明用), booked with the new signature PIN"

chapter "7" "At home: three wrong tries block the user PIN"
put_card phone
for wrong in 0000 1111 2222; do
    expect_refusal "a wrong user PIN" verify_user_pin 0 "$wrong"
done
expect_refusal "now even the right one" verify_user_pin 0 1234

chapter "8" "On the phone: no face is asked for, the signature PIN is enough"
say_input "types the signature PIN"
show with_input "KAWA2026" phone book --target user --accept-terms "$TERMS"

chapter "9" "At the store: the kiosk sets the new user PIN"
put_card kiosk
say_input "types the signature PIN, then the new user PIN twice"
show with_input $'KAWA2026\n8351\n8351' kiosk redeem --target user --no-wait-removal
show verify_user_pin 1 8351
done_ "the card accepts the new user PIN"
expect_refusal "the old one" verify_user_pin 1 1234
show verify_user_pin 1 8351
done_ "and the counter is full again"

chapter "10" "The reservation is used up: a second claim of it is refused"
say_input "types the signature PIN again"
expect_refusal "the same card at the same kiosk" \
    with_input $'KAWA2026\n9462\n9462' kiosk redeem --target user --no-wait-removal
show phone status

headline "The third story: five wrong faces"

chapter "11" "The stranger tries again and again"
put_card phone
PRINTED=${PRINTED%$'\n'*}$'\n8351'
for try in 1 2 3 4 5; do
    expect_refusal_in_short "a stranger's face, attempt $try of 5" \
        with_input "$PRINTED" phone book "${FOR_SIGNATURE[@]}" --camera "virtual-card frames --picture $STRANGER"
done
expect_refusal_in_short "locked: now the holder's own face is not even looked at" \
    with_input "$PRINTED" phone book "${FOR_SIGNATURE[@]}" --camera "virtual-card frames --picture $HOLDER"
show phone status

chapter "12" "The support desk: two people lift the lock by the number that the holder reads out"
NUMBER=$(phone status | grep -oE '[0-9]{4} ?[0-9]{4} ?[0-9]{4}' | head -n 1 | tr -d ' ')
show operator card show --number "$NUMBER"
show operator card approve-lift --number "$NUMBER" --staff suzuki
expect_refusal "nobody is both of the two" operator card lift --number "$NUMBER" --staff suzuki
show operator card lift --number "$NUMBER" --staff tanaka
say_typed "$PRINTED"
show_in_short with_input "$PRINTED" phone book "${FOR_SIGNATURE[@]}" --camera "virtual-card frames --picture $HOLDER"
done_ "the holder can book again"

finish
