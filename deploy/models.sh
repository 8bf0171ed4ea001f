#!/usr/bin/env bash
# Brings the face engine's two models, and two portraits in the public domain for tests and the demo, into the cache.
# Does nothing for what is there with the right digest. `models` or `pictures` as arguments bring only those.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/jpki-reset
again="make models"

# folder, file, SHA-256, what the file is called inside its package
models=(
    "models shape_predictor_5_face_landmarks.dat c4b1e9804792707d3a405c2c16a80a20269e6675021f64a41d30fffafbc41888 face_recognition_models/models/shape_predictor_5_face_landmarks.dat"
    "models dlib_face_recognition_resnet_model_v1.dat 55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30 face_recognition_models/models/dlib_face_recognition_resnet_model_v1.dat"
)
pictures=(
    "pictures grace_hopper.jpg a8ca6d734765703b09728ab47fe59f473d93ae3967fc24c7c0288c3c7adb7130 matplotlib/mpl-data/sample_data/grace_hopper.jpg"
    "pictures astronaut.png 88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5 skimage/data/astronaut.png"
)

fail() {
    printf '\n%s\nThen run again:\n\n  %s\n\n' "$1" "$again" >&2
    exit 1
}

# is_there FILE DIGEST
is_there() {
    [ -f "$1" ] && [ "$(sha256sum <"$1")" = "$2  -" ]
}

# A Python with pip, and with the builder that an unbuilt package needs: none is fetched for it, so nothing runs that
# has no digest here.
find_python() {
    local candidate
    for candidate in /usr/bin/python3 python3; do
        if "$candidate" -c 'import setuptools, wheel, pip' >/dev/null 2>&1; then
            printf '%s' "$candidate"
            return 0
        fi
    done
    return 1
}

scratch=
trap '[ -z "$scratch" ] || rm -rf "$scratch"' EXIT

# bring WHAT MEGABYTES REQUIREMENTS PIP-ARGUMENTS... <files on standard input>
bring() {
    local what=$1 megabytes=$2 requirements=$3
    shift 3
    local folder file digest member missing=()
    while read -r folder file digest member; do
        is_there "$cache/$folder/$file" "$digest" || missing+=("$folder $file $digest $member")
    done
    [ "${#missing[@]}" -gt 0 ] || return 0

    local python
    python=$(find_python) || fail 'Python with pip, setuptools and wheel is missing. As root: apt-get install -y --no-install-recommends python3-pip'
    mkdir -p "$cache"
    scratch=$(mktemp -d "$cache/fetch.XXXXXX")
    printf 'Fetching %s (%s MB, once)\n' "$what" "$megabytes"
    local quiet=()
    [ -t 1 ] || quiet=(--quiet)
    "$python" -m pip download "${quiet[@]}" --disable-pip-version-check --no-cache-dir --no-deps --require-hashes \
        --requirement "$here/$requirements" --dest "$scratch" "$@" ||
        fail "The package index did not deliver what $requirements names: is the network there?"

    local line
    for line in "${missing[@]}"; do
        read -r folder file digest member <<<"$line"
        "$python" - "$scratch" "$member" "$scratch/$file" <<'PYTHON' || fail "No package holds $member."
"""Takes one member out of whichever archive holds it (an unbuilt package has a folder of its own name around)."""
import pathlib, shutil, sys, tarfile, zipfile

folder, member, out = sys.argv[1:]
for path in sorted(pathlib.Path(folder).iterdir()):
    if path.name.endswith(".tar.gz"):
        with tarfile.open(path) as archive:
            for entry in archive:
                if entry.isfile() and entry.name.partition("/")[2] == member:
                    shutil.copyfileobj(archive.extractfile(entry), open(out, "wb"))
                    sys.exit()
    elif path.suffix == ".whl":
        with zipfile.ZipFile(path) as archive:
            if member in archive.namelist():
                shutil.copyfileobj(archive.open(member), open(out, "wb"))
                sys.exit()
sys.exit(1)
PYTHON
        is_there "$scratch/$file" "$digest" || fail "$file is not the file it should be: its SHA-256 is another."
        mkdir -p "$cache/$folder"
        mv "$scratch/$file" "$cache/$folder/$file"
        printf '  %s: digest right\n' "$cache/$folder/$file"
    done
    rm -rf "$scratch"
    scratch=
}

for what in "${@:-models pictures}"; do
    for each in $what; do
        case $each in
            models)
                bring 'the face models' 100 models.txt --no-binary :all: --no-build-isolation < <(printf '%s\n' "${models[@]}")
                ;;
            pictures)
                bring 'two portraits for tests and the demo' 23 pictures.txt --only-binary :all: \
                    --implementation cp --python-version 3.11 --abi cp311 \
                    --platform manylinux_2_28_x86_64 --platform manylinux_2_27_x86_64 \
                    --platform manylinux_2_24_x86_64 --platform manylinux2014_x86_64 \
                    < <(printf '%s\n' "${pictures[@]}")
                ;;
            *) fail "models.sh brings 'models' and 'pictures', not '$each'." ;;
        esac
    done
done
