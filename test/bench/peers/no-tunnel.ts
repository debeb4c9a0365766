import type { Peer } from './peer.ts';

/** The same path as the tunnels', without one: the router forwards. */
export const noTunnel: Peer = {
  name: 'no tunnel',
  programs: [],
  open: () =>
    Promise.resolve({
      clientPid: undefined,
      serverPid: undefined,
      cipher: 'none',
      close: () => Promise.resolve(),
    }),
};
