/**
 * /usr/bin/smartvpn. What a developer has set for their own Node is not for this one: an option that it does not know
 * would keep it from starting. Finds itself, so that an unpacked package runs from any folder.
 */
export const LAUNCHER = `#!/bin/sh
unset NODE_OPTIONS NODE_PATH NODE_COMPILE_CACHE
home=$(readlink -f "$0") || exit 1
home=\${home%/*}
. "$home/compile-cache.sh"
. "$home/memory.sh"
. "$home/hangup.sh"
exec "$home/node" $flags "$home/program/main.js" "$@"
`;
