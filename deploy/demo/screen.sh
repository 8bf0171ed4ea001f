# How the demonstration speaks: chapters, command lines, what each side sees, and what was expected.
# shellcheck shell=bash

if [ -t 1 ]; then bold=$'\e[1m' blue=$'\e[34m' grey=$'\e[90m' green=$'\e[32m' red=$'\e[31m' plain=$'\e[0m'
else bold='' blue='' grey='' green='' red='' plain=''; fi

headline() { printf '\n%s%s%s\n' "$bold" "$1" "$plain"; }
chapter() { printf '\n%s%s── %s  %s%s\n' "$bold" "$blue" "$1" "$2" "$plain"; }
note() { printf '%s   %s%s\n' "$grey" "$1" "$plain"; }
done_() { printf '%s   ✓ %s%s\n' "$green" "$1" "$plain"; }
fail() { printf '%s   ✗ %s%s\n' "$red" "$1" "$plain" >&2; exit 1; }
# What the holder types, in the order it is asked for, each behind its own comma.
say_typed() { say_input "types, one after the other: ${1//$'\n'/, }"; }
say_input() { printf '%s   the holder %s%s\n' "$grey" "$1" "$plain"; }

# The command line as a person would type it; folders of this machine are shortened.
spell() {
    local words=() word
    for word in "$@"; do
        word=${word//"$BIN/"/}
        word=${word//"$DIR/"/}
        word=${word/#"$HOME/"/"~/"}
        case $word in '' | *[[:space:]]*) word="'$word'" ;; esac
        words+=("$word")
    done
    printf '%s   $ %s%s\n' "$bold" "${words[*]}" "$plain"
}

# with_input TEXT COMMAND…: what the holder types arrives on standard input, never as an argument.
with_input() {
    local text=$1
    shift
    printf '%s\n' "$text" | "$@"
}

# show COMMAND…: its line, its output, and it must succeed. In short: the last lines of it are enough.
show() { must_succeed indent "$@"; }
show_in_short() { must_succeed in_short "$@"; }
must_succeed() {
    local through=$1
    shift
    spell_call "$@"
    "$@" > >("$through") 2>&1 || { sleep 0.2; fail "this should have succeeded"; }
    sleep 0.05
}

# expect_refusal WHAT COMMAND…: its line, its output, and it must fail. In short: the same.
expect_refusal() { must_fail indent "$@"; }
expect_refusal_in_short() { must_fail in_short "$@"; }
must_fail() {
    local through=$1 what=$2
    shift 2
    note "$what:"
    spell_call "$@"
    if "$@" > >("$through") 2>&1; then fail "this should have been refused"; fi
    sleep 0.05
    done_ "refused, as it must be"
}

# A wrapper's own name is not what a person types.
spell_call() {
    while true; do
        case $1 in
            with_input) shift 2 ;;
            phone) shift; spell "$BIN/jpki-phone" "${PHONE_OPTIONS[@]}" "$@"; return ;;
            kiosk) shift; spell "$BIN/jpki-kiosk" "${KIOSK_OPTIONS[@]}" "$@"; return ;;
            photograph_card) spell "$BIN/virtual-card" face --dir "$DIR/site/trust" --out "$2"; return ;;
            record)
                spell "$BIN/virtual-card" frames --picture "$2" --out "$3" --poses "$4" --hold 3 --between 1
                return ;;
            operator) shift; spell "$BIN/jpki-reset" "$@" --config "$DIR/site/jpki-reset.toml"; return ;;
            verify_signature_pin) spell pkcs15-tool --reader "$2" --verify-pin --auth-id 02 --pin "$3"; return ;;
            verify_user_pin) spell pkcs15-tool --reader "$2" --verify-pin --auth-id 01 --pin "$3"; return ;;
            *) spell "$@"; return ;;
        esac
    done
}

in_short() { tail -n 4 | indent; }

# Long English lines are folded (fold counts bytes, so Japanese ones are left to the terminal).
indent() {
    if [ "$SPEAK" = en ]; then sed -u "s#$DIR/##g" | fold -s -w 108; else sed -u "s#$DIR/##g"; fi | sed -u 's/^/   │ /'
}
