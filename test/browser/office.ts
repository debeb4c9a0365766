import type { Browser } from 'playwright-core';
import type { RouterConfigInput } from '../../emulator/config.ts';
import { windowBuilt } from '../support/built-window.ts';
import { chromiumPossible, startChromium } from '../support/chromium.ts';
import { namespacesPossible } from '../support/namespace.ts';
import { WITHOUT_NETWORK_PRIVILEGE, sparingThisMachine } from '../support/network-privilege.ts';
import { type Home, makeHome } from '../support/program.ts';
import { RouterHost } from '../support/router-host.ts';
import {
  ADDRESS,
  type ThreeHosts,
  createThreeHosts,
  prefixInside,
  startLanWebServer,
} from '../support/three-hosts.ts';
import { WindowProgram } from '../support/window-program.ts';
import { routerConfig, Tokens } from '../walks/dial-in-users.ts';
import { browserTab } from '../walks/browser-tab.ts';
import { VpnWindow } from '../walks/vpn-window.ts';
import type { KeepOnFailure, WalkScene, WalkShell } from '../walks/walk-scene.ts';

export interface OfficeOptions {
  readonly router?: RouterConfigInput;
}

/**
 * A person's computer with the program and a browser on it, and an office with its router: everything real.
 * As root three hosts in network namespaces; else all on this machine's loopback, without network devices.
 */
export class Office implements WalkScene {
  readonly home: Home;
  readonly hosts: ThreeHosts | undefined;
  readonly router: RouterHost;
  readonly browser: Browser;
  /** What the profile's "Server" is. */
  readonly server: string;
  readonly port: number;
  program: WindowProgram;
  readonly #prefix: readonly string[];
  readonly #routers: RouterHost[] = [];
  readonly tokens = new Tokens();

  private constructor(parts: {
    home: Home;
    hosts: ThreeHosts | undefined;
    router: RouterHost;
    browser: Browser;
    prefix: readonly string[];
  }) {
    this.home = parts.home;
    this.hosts = parts.hosts;
    this.router = parts.router;
    this.browser = parts.browser;
    this.server = parts.hosts === undefined ? '127.0.0.1' : ADDRESS.router;
    this.port = parts.router.port;
    this.#prefix = parts.prefix;
    this.program = this.startProgram();
  }

  static async open(options: OfficeOptions = {}): Promise<Office> {
    const built = windowBuilt();
    const home = await makeHome();
    const hosts = namespacesPossible() ? await createThreeHosts('browser') : undefined;
    const prefix = hosts === undefined ? sparingThisMachine() : prefixInside(hosts.client);
    const [router, browser] = await Promise.all([
      startRouter(options.router ?? {}, hosts),
      startChromium(hosts === undefined ? [] : prefix),
      hosts === undefined ? undefined : startLanWebServer(hosts, DOWNLOAD_BYTES),
      built,
    ]);
    return new Office({ home, hosts, router, browser, prefix });
  }

  startProgram(port?: number): WindowProgram {
    const options = { prefix: this.#prefix, ...(port === undefined ? {} : { port }) };
    this.program = WindowProgram.start(this.home, options);
    return this.program;
  }

  /** A further one, until the office closes. */
  async openRouter(changes: RouterConfigInput): Promise<RouterHost> {
    const listen = { host: this.hosts === undefined ? '127.0.0.1' : '0.0.0.0', port: 0 };
    const router = await startRouter({ listen, lan: 'none', ...changes }, this.hosts);
    this.#routers.push(router);
    return router;
  }

  /** Another person on the same computer who may not set up networks. */
  startUnprivileged(home: Home): WindowProgram {
    return WindowProgram.start(home, {
      prefix: this.hosts === undefined ? this.#prefix : [...this.#prefix, ...WITHOUT_NETWORK_PRIVILEGE],
    });
  }

  async openWindow(walk: string, onFailed?: KeepOnFailure): Promise<VpnWindow> {
    return VpnWindow.open(
      await browserTab(this.browser, this.program, this.hosts !== undefined),
      walk,
      onFailed,
    );
  }

  async openUnprivileged(home: Home, walk: string): Promise<VpnWindow> {
    const program = this.startUnprivileged(home);
    // They may not, whatever this computer could.
    const place = await browserTab(this.browser, program, true);
    const close = async (): Promise<void> => {
      await place.close();
      await program.end();
    };
    return VpnWindow.open({ ...place, close }, walk, () => undefined);
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.program.end();
    await Promise.all([this.router, ...this.#routers].map((router) => router.close()));
    await this.hosts?.remove();
    await this.home.remove();
  }
}

/** What http://10.77.0.2/ serves. */
export const DOWNLOAD_BYTES = 3_000_000;

function startRouter(changes: RouterConfigInput, hosts: ThreeHosts | undefined): Promise<RouterHost> {
  if (hosts === undefined) {
    return RouterHost.start(routerConfig({ listen: { host: '127.0.0.1', port: 0 }, ...changes }));
  }
  const config = routerConfig({
    listen: { host: '0.0.0.0', port: 443 },
    tls: { certificate: { commonName: 'Vigor Router', names: [ADDRESS.router] } },
    lan: { kind: 'tun', forwarding: true, records: [{ name: 'files.lan', address: ADDRESS.lanHost }] },
    ...changes,
  });
  return RouterHost.start(config, hosts.router);
}

/** The program's window in a tab of Chromium. */
export const browserShell: WalkShell = {
  name: 'browser',
  isPossible: chromiumPossible(),
  hasHosts: namespacesPossible(),
  open: (router) => Office.open(router === undefined ? {} : { router }),
};
