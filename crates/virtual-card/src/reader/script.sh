# Runs one private pcscd. Handed in: the listening client socket as standard input, the lifeline as standard output, the
# folder of the reader file as $1. The lifeline is a pipe whose other end our parent holds: when the parent ends, in
# whatever way, the pipe ends and pcscd with it.
exec 3<&0 4<&1 </dev/null >&2

# pcscd takes the socket on descriptor 3 if LISTEN_PID is its own process id; exec keeps the id.
sh -c 'export LISTEN_FDS=1 LISTEN_PID=$$; exec pcscd --foreground --config "$1" 4<&-' sh "$1" &
pcscd=$!

{ read -r _ <&4; kill -TERM $pcscd; sleep 3; kill -KILL $pcscd; } 2>/dev/null 3<&- &
lifeline=$!

exec 3<&- 4<&-
wait $pcscd
code=$?
kill $lifeline 2>/dev/null
exit $code
