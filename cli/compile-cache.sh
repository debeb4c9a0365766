# Part of whatever starts the program: sets `compiled`, the folder for what Node has compiled.
# Compiled once, it starts in half the time. What lies in that folder is run, so it must be this user's own, and no link
# to a place where others write: under sudo with another's HOME there is none.
caches=${XDG_CACHE_HOME:-$HOME/.cache}
compiled=$caches/smartvpn
if [ ! -e "$compiled" ] && { [ -O "$caches" ] || { [ ! -e "$caches" ] && [ -O "$HOME" ]; }; }; then
  mkdir -p -m 700 "$compiled" 2>/dev/null
fi
if [ -O "$HOME" ] && [ -O "$compiled" ] && [ ! -L "$compiled" ]; then
  export NODE_COMPILE_CACHE="$compiled"
else
  compiled=
fi
