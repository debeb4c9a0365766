import type { Browser } from 'playwright-core';
import type { RouterConfigInput } from '../../emulator/config.ts';
import { decodeBase32 } from '../../shared/otp/base32.ts';
import { motpCode, motpCounter } from '../../shared/otp/motp.ts';
import { totpCode } from '../../shared/otp/totp.ts';
import { windowBuilt } from '../support/built-window.ts';
import { startChromium } from '../support/chromium.ts';
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

/** Worth nothing outside these tests, and found in no file by chance. */
export const ANNA = {
  userName: 'anna',
  pin: '90417',
  secret: 'f00dc0de5eed4a11be11d0d0cab1e5af',
} as const;
export const BEN = { userName: 'ben', password: 'Korrekt-Pferd-Batterie-88' } as const;
export const TINA = {
  userName: 'tina',
  password: 'Tinas-Tulpen-Topf-31',
  totpSecret: 'JBSWY3DPEHPK3PXPKRUGKICB',
} as const;

/** Those three may dial in; hosts behind it where there are devices. */
export function routerConfig(changes: RouterConfigInput = {}): RouterConfigInput {
  const users = [
    { userName: ANNA.userName, motp: { pin: ANNA.pin, secret: ANNA.secret } },
    { ...BEN },
    { userName: TINA.userName, password: TINA.password, totp: { secret: TINA.totpSecret } },
  ];
  return { users, ...changes };
}

export interface OfficeOptions {
  readonly router?: RouterConfigInput;
}

/**
 * A person's computer with the program and a browser on it, and an office with its router: everything real.
 * As root three hosts in network namespaces; else all on this machine's loopback, without network devices.
 */
export class Office {
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
  /** mOTP steps ago; each code is newer than the one before. */
  #codeAge = 3;

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

  /** The code that Anna's token shows, as the six digits of a fresh step each time. */
  code(): string {
    this.#codeAge -= 1;
    if (this.#codeAge < -3) throw new Error('no fresh code left within the window of the router');
    return motpCode(motpCounter(Date.now()) - this.#codeAge, ANNA.secret, ANNA.pin);
  }

  totp(): string {
    const secret = decodeBase32(TINA.totpSecret);
    if (!secret.ok) throw new Error(secret.error);
    return totpCode(Date.now(), secret.value);
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
