import type { RouterConfigInput } from '../../emulator/config.ts';
import type { Home } from '../support/program.ts';
import type { RouterHost } from '../support/router-host.ts';
import type { ThreeHosts } from '../support/three-hosts.ts';
import type { Tokens } from './dial-in-users.ts';
import type { VpnWindow } from './vpn-window.ts';

/** A person's computer with the program on it, in one of its shells, and an office with a router: everything real. */
export interface WalkScene {
  /** Undefined: all is on this machine's loopback, and no network device can be had. */
  readonly hosts: ThreeHosts | undefined;
  readonly router: RouterHost;
  readonly tokens: Tokens;
  /** What the profile's "Server" is. */
  readonly server: string;
  readonly port: number;
  /** A window with the profiles that were added before; `onFailed` is told how to keep what is seen of it. */
  openWindow(walk: string, onFailed?: KeepOnFailure): Promise<VpnWindow>;
  /** Of another person on the same computer, who may not set up networks. */
  openUnprivileged(home: Home, walk: string): Promise<VpnWindow>;
  /** A further one, until the office closes. */
  openRouter(changes: RouterConfigInput): Promise<RouterHost>;
  close(): Promise<void>;
}

export type KeepOnFailure = (keep: () => Promise<void>) => void;

/** A way to have the program's window before one. */
export interface WalkShell {
  /** In the names of tests and pictures. */
  readonly name: string;
  readonly isPossible: boolean;
  /** Its scene has hosts of its own, on which networks can be made at will. */
  readonly hasHosts: boolean;
  readonly open: (router?: RouterConfigInput) => Promise<WalkScene>;
}
