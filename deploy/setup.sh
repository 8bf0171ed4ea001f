#!/usr/bin/env bash
# Installs what the build and the demo need on Debian 12, and only what is missing; with `test`, the test runner too.
set -euo pipefail

packages=(
    build-essential pkg-config    # aws-lc and the PC/SC binding compile C
    libpcsclite-dev               # headers of the smart-card stack
    pcscd vsmartcard-vpcd         # the smart-card daemon and a reader that a program can be put into
    opensc pcsc-tools openssl     # card tools and a second opinion, both by other authors
    redis-server                  # the second store
    g++ libdlib-dev               # the face engine's C++ shim and the library it is linked with
    libopenblas-dev liblapack-dev # ... which names these on its link line
    libjpeg62-turbo-dev libpng-dev zlib1g-dev
    python3-pip                   # fetches the face engine's models (deploy/models.sh)
    fonts-ipafont-gothic          # what a simulated card prints is Japanese
    libopenjp2-tools              # encodes portraits for simulated cards (opj_compress)
    util-linux procps iproute2    # setpriv (pcscd runs unprivileged), ps, ss
)

missing=()
for package in "${packages[@]}"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)" = installed ] || missing+=("$package")
done

as_root=()
if [ "$(id -u)" -ne 0 ]; then as_root=(sudo); fi

if [ "${#missing[@]}" -gt 0 ]; then
    line="apt-get update && apt-get install -y --no-install-recommends ${missing[*]}"
    if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
        printf 'Missing Debian packages. Run this as root, then try again:\n\n  %s\n\n' "$line" >&2
        exit 1
    fi
    printf 'Installing %d Debian packages: %s\n' "${#missing[@]}" "${missing[*]}"
    "${as_root[@]}" apt-get update -qq
    # The daemons are started privately, by whoever needs one; a machine-wide start would only be in the way.
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
        apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

# pcscd refuses to start without this directory; it need not be writable (card facts, private PC/SC stacks).
if [ ! -d /run/pcscd ]; then
    if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
        printf 'Run this as root, then try again:\n\n  mkdir -p /run/pcscd\n\n' >&2
        exit 1
    fi
    "${as_root[@]}" mkdir -p /run/pcscd
fi

if ! command -v cargo >/dev/null; then
    printf 'Rust is missing: install rustc and cargo 1.95 or newer (rustup), then try again.\n' >&2
    exit 1
fi

# The test runner: one summary over all crates, a process and a time limit per test.
if [ "${1:-}" = test ] && ! cargo nextest --version >/dev/null 2>&1; then
    printf 'Building the test runner cargo-nextest (once, some minutes)\n'
    cargo install cargo-nextest --locked --version 0.9.143 \
        --root "${XDG_CACHE_HOME:-$HOME/.cache}/jpki-reset/tools"
fi
