# Part of whatever starts the program: says whether SIGHUP is ignored, as under nohup. Node gives every signal its default
# back when it starts, so the program itself cannot see it any more. What this shell ignores, grep is started with.
# proc(5): SigIgn is a mask in hex, SIGHUP its lowest bit.
unset SMARTVPN_OUTLIVES_TERMINAL
grep -qs '^SigIgn:.*[13579bdf]$' /proc/self/status && export SMARTVPN_OUTLIVES_TERMINAL=yes
