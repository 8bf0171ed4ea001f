# The parts of the demonstration: site, card, readers, store, server, kiosk; each started and ended here.
# shellcheck shell=bash

running=()

# start NAME COMMAND…: in the background, its output in a log file, ended with the demonstration.
start() {
    local name=$1
    shift
    "$@" >"$DIR/$name.log" 2>&1 &
    running+=("$!")
    printf -v "pid_$name" '%s' "$!"
}

stop() {
    local variable="pid_$1"
    if [ -n "${!variable:-}" ]; then
        kill "${!variable}" 2>/dev/null || true
        wait "${!variable}" 2>/dev/null || true
        printf -v "$variable" ''
    fi
}

stop_everything() {
    local pid
    trap - EXIT
    for ((i = ${#running[@]} - 1; i >= 0; i--)); do
        pid=${running[i]}
        kill "$pid" 2>/dev/null || true
    done
    for pid in "${running[@]}"; do wait "$pid" 2>/dev/null || true; done
}

# until_true SECONDS WHAT COMMAND…: waits until the command succeeds.
until_true() {
    local deadline=$((SECONDS + $1)) what=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$deadline" ] || fail "$what did not come up; see the logs in $DIR"
        sleep 0.1
    done
}

# A port that nobody listens on, with the next one free too (a virtual reader takes two).
free_ports() {
    local port=$1
    while ss -Hltn "( sport = :$port or sport = :$((port + 1)) )" | grep -q .; do port=$((port + 2)); done
    printf '%s' "$port"
}

clear_away() {
    if [ -e "$DIR" ] && [ ! -e "$DIR/.made-by-demo" ]; then
        fail "$DIR exists and was not made by the demonstration; remove it or set DEMO_DIR"
    fi
    rm -rf "$DIR"
    mkdir -p "$DIR"
    : >"$DIR/.made-by-demo"
}

# Two photographs in the public domain: one person is the holder, the other somebody else.
find_people() {
    HOLDER=$DIR/holder.jpg
    STRANGER=$DIR/stranger.png
    cp "$CACHE/pictures/grace_hopper.jpg" "$HOLDER"
    cp "$CACHE/pictures/astronaut.png" "$STRANGER"
    # The phone's camera is a program that it starts by name.
    export PATH=$BIN:$PATH
}

make_site() {
    chapter "a" "The operator makes a site"
    spell "$BIN/jpki-reset" init --dir "$DIR/site" --face-models "$CACHE/models"
    "$BIN/jpki-reset" init --dir "$DIR/site" --face-models "$CACHE/models" >"$DIR/init.log"
    app_port=$(free_ports 8443)
    kiosk_port=$((app_port + 1))
    admin_port=$(free_ports $((app_port + 2)))
    sed -i -e "s/127\.0\.0\.1:8443/127.0.0.1:$app_port/; s/localhost:8443/localhost:$app_port/" \
        -e "s/127\.0\.0\.1:8444/127.0.0.1:$kiosk_port/; s/127\.0\.0\.1:8445/127.0.0.1:$admin_port/" \
        "$DIR/site/jpki-reset.toml"
    # The field's hours are 06:30-23:00 in Japan; the story must end well at any hour.
    sed -i -e 's/^opens = .*/opens = "00:00"/; s/^closes = .*/closes = "24:00"/' "$DIR/site/service.toml"
    note "kiosk hours are set to all day for this demonstration (in the field: 06:30-23:00)"
}

issue_card() {
    chapter "b" "The simulated issuer issues a My Number Card with the holder's portrait in its chip"
    local command=("$BIN/virtual-card" issue --dir "$DIR/site/trust" --authority "$DIR/site/keys/card-authority.pub.pem"
        --portrait "$HOLDER")
    show "${command[@]}"
    # What the phone asks for: birth date, expiry year and security code as printed, yes to what it understood, user PIN.
    PRINTED=$'昭和55年2月17日\n'$(($(date +%Y) + 10))$'\n2285\nyes\n1234'
}

start_readers() {
    chapter "c" "Two readers at a private smart-card daemon: the phone's and the kiosk's"
    reader_port=$(free_ports 35963)
    export PCSCLITE_CSOCK_NAME=$DIR/pcscd.comm
    start readers "$BIN/virtual-card" reader --port "$reader_port" --socket "$PCSCLITE_CSOCK_NAME"
    spell "$BIN/virtual-card" reader --port "$reader_port" --socket "$PCSCLITE_CSOCK_NAME" '&'
    until_true 10 "the smart-card daemon" test -S "$PCSCLITE_CSOCK_NAME"
    PHONE_READER='Virtual PCD 00 00'
    KIOSK_READER='Virtual PCD 00 01'
}

# put_card phone|kiosk: takes the card out of where it is and puts it there.
put_card() {
    local port=$reader_port reader=$PHONE_READER
    if [ "$1" = kiosk ]; then port=$((reader_port + 1)) reader=$KIOSK_READER; fi
    stop card
    start card "$BIN/virtual-card" run --dir "$DIR/site/trust" --vpcd "127.0.0.1:$port"
    until_true 10 "the card in the $1's reader" card_is_in "$reader"
    note "the card is now at the $1 ($reader)"
}

card_is_in() { opensc-tool -l | grep -E "Yes .*$1" ; }

start_store() {
    [ "$STORE" = redis ] || return 0
    chapter "d" "A private Redis that loses nothing"
    local command=(redis-server --port 0 --unixsocket "$DIR/redis.sock" --unixsocketperm 700 --dir "$DIR"
        --appendonly yes --appendfsync always --maxmemory-policy noeviction --save '')
    spell "${command[@]}" '&'
    start redis "${command[@]}"
    until_true 10 "Redis" redis-cli -s "$DIR/redis.sock" ping
    sed -i -e 's/^kind = "embedded"/kind = "redis"/' -e "s|^url = \"redis://.*|url = \"unix://$DIR/redis.sock\"|" \
        "$DIR/site/jpki-reset.toml"
}

start_server() {
    chapter "e" "The server, with its three listeners"
    spell "$BIN/jpki-reset" serve --config "$DIR/site/jpki-reset.toml" '&'
    start server "$BIN/jpki-reset" serve --config "$DIR/site/jpki-reset.toml"
    until_true 15 "the server" curl_ready
    done_ "ready: phones at https://localhost:$app_port, kiosks at https://localhost:$kiosk_port"
}

# Asks for readiness without a tool that a bare machine may lack.
curl_ready() {
    exec 9<>"/dev/tcp/127.0.0.1/$admin_port" || return 1
    printf 'GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&9
    grep -q '^HTTP/1.1 200' <&9
    local ready=$?
    exec 9>&-
    return "$ready"
}

admit_kiosk() {
    chapter "f" "The operator admits a kiosk"
    show "$BIN/jpki-reset" kiosk add tokyo-0001 --config "$DIR/site/jpki-reset.toml" \
        --operator seven-eleven --kinds user,signature --out "$KEY"
}

write_phone_settings() {
    cat >"$DIR/phone.toml" <<SETTINGS
server = "https://localhost:$app_port"
server_authority = "$DIR/site/tls/app-ca.pem"
state = "$DIR/phone"
SETTINGS
    TERMS=$(sed -n 's/^version = "\(.*\)"/\1/p' "$DIR/site/service.toml" | head -n 1)
    FOR_SIGNATURE=(--target signature --accept-terms "$TERMS" --front "$DIR/front.png")
    PHONE_OPTIONS=(--config "$DIR/phone.toml" --reader "$PHONE_READER" --lang "$SPEAK")
    KIOSK_OPTIONS=(--config "$KEY/kiosk.toml" --reader "$KIOSK_READER" --lang "$SPEAK")
}

# What the simulated camera of a phone sees.
photograph_card() { "$BIN/virtual-card" face --dir "$DIR/site/trust" --out "$DIR/$1"; }
record() { "$BIN/virtual-card" frames --picture "$1" --out "$DIR/$2" --poses "$3" --hold 3 --between 1; }

phone() { "$BIN/jpki-phone" "${PHONE_OPTIONS[@]}" "$@"; }
operator() { "$BIN/jpki-reset" "$@" --config "$DIR/site/jpki-reset.toml"; }
kiosk() { "$BIN/jpki-kiosk" "${KIOSK_OPTIONS[@]}" "$@"; }

# What a card program of other authors does with a PIN that somebody types. The PIN stands on its command line, as
# that tool wants it; our own programs take PINs from the keyboard or standard input only.
verify_signature_pin() { pkcs15-tool --reader "$1" --verify-pin --auth-id 02 --pin "$2"; }
verify_user_pin() { pkcs15-tool --reader "$1" --verify-pin --auth-id 01 --pin "$2"; }

finish() {
    local took=$(($(date +%s) - started))
    chapter "✓" "The story is told: $took seconds, store: $STORE"
    if [ -n "$ONCE" ]; then return; fi
    put_card phone
    cat <<TEXT

   Everything goes on running until Ctrl-C. In another terminal, from $PWD:

     export PCSCLITE_CSOCK_NAME=$PCSCLITE_CSOCK_NAME PATH=$BIN:\$PATH
     pkcs15-tool -D                                               the card, as OpenSC sees it
     jpki-phone --config $DIR/phone.toml --reader '$PHONE_READER' book --target user --again
     jpki-phone --config $DIR/phone.toml --reader '$PHONE_READER' status
     kill $pid_card; virtual-card run --dir $DIR/site/trust --vpcd 127.0.0.1:$((reader_port + 1)) &
                                                                  the card goes from the phone to the kiosk
     jpki-kiosk --config $KEY/kiosk.toml --reader '$KIOSK_READER' redeem --target user
     jpki-kiosk --config $KEY/kiosk.toml check
     jpki-phone --config $DIR/phone.toml --reader '$PHONE_READER' book --target signature --again \\
         --front $DIR/front.png --camera 'virtual-card frames --picture $HOLDER'
                                                                  the printed fields: see chapter b
     jpki-reset doctor --config $DIR/site/jpki-reset.toml
     jpki-reset kiosk disable tokyo-0001 --config $DIR/site/jpki-reset.toml

   The signature PIN is now KAWA2026, the user PIN 8351. The card lies at the phone; Ctrl-C here ends all.
   Logs and records: $DIR

TEXT
    wait "$pid_server" || true
}
