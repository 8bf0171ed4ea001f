#!/bin/sh
# The camera of a phone under test: PROGRAM ALBUM SHOWS OPTIONS... --poses POSES --out DIR
#
# Takes frames with `PROGRAM frames`. What was taken is kept in ALBUM/taken/NUMBER, with the poses that were shown in the file
# `poses`; the number stands behind each picture, so that no two runs leave the same file: a frame that a card has seen is
# refused.
#
# SHOWS: asked      the poses that were asked for
#        other-way  turns the other way first, and then as it was asked
#        recorded   the poses that were asked for when the first frames were taken
set -eu
program=$1 album=$2 shows=$3
shift 3
options=
while [ "$1" != --poses ]; do
    options="$options $1"
    shift
done
poses=$2 out=$4
other_way() {
    echo "$1" | sed 's/left/-/g; s/right/left/g; s/-/right/g'
}
case $shows in
asked) ;;
other-way) poses=$(other_way "$(echo "$poses" | cut -d, -f1-2)"),$(echo "$poses" | cut -d, -f2-) ;;
recorded)
    recorded=$(cat "$album/taken/1/poses")
    # By chance it could be the same: then it is shown as a mirror shows it.
    if [ "$recorded" = "$poses" ]; then poses=$(other_way "$poses"); else poses=$recorded; fi
    ;;
*) exit 2 ;;
esac
number=1
while ! mkdir "$album/taken/$number" 2>/dev/null; do number=$((number + 1)); done
# shellcheck disable=SC2086 # options are plain words
"$program" frames $options --poses "$poses" --out "$out"
for frame in "$out"/*.jpg; do
    # JPEG: what stands behind the end marker is not looked at.
    printf 'taken %s' "$number" >>"$frame"
    cp "$frame" "$album/taken/$number"
done
echo "$poses" >"$album/taken/$number/poses"
