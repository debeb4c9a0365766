import type { RouterConfigInput } from '../../emulator/config.ts';
import { chromiumPossible } from '../support/chromium.ts';
import { sparingThisMachine } from '../support/network-privilege.ts';
import { type Home, makeHome } from '../support/program.ts';
import { RouterHost } from '../support/router-host.ts';
import { Tokens, routerConfig } from '../walks/dial-in-users.ts';
import { VpnWindow } from '../walks/vpn-window.ts';
import type { KeepOnFailure, WalkScene, WalkShell } from '../walks/walk-scene.ts';
import { buildDesktop } from './build-desktop.ts';
import type { DesktopRun, RunOptions } from './desktop-run.ts';
import { electronBinary, runInElectron } from './run-in-electron.ts';
import { runOnDouble } from './run-on-double.ts';

const LOOPBACK = '127.0.0.1';

/** The desktop program on this machine's loopback, without the right to set up networks: in Electron, else on its double. */
class DesktopOffice implements WalkScene {
  readonly hosts = undefined;
  readonly tokens = new Tokens();
  readonly server = LOOPBACK;
  readonly router: RouterHost;
  readonly #home: Home;
  readonly #built: Awaited<ReturnType<typeof buildDesktop>>;
  readonly #routers: RouterHost[] = [];
  readonly #runs = new Set<DesktopRun>();

  private constructor(router: RouterHost, home: Home, built: Awaited<ReturnType<typeof buildDesktop>>) {
    this.router = router;
    this.#home = home;
    this.#built = built;
  }

  static async open(changes: RouterConfigInput = {}): Promise<DesktopOffice> {
    const [router, home, built] = await Promise.all([startRouter(changes), makeHome(), buildDesktop()]);
    return new DesktopOffice(router, home, built);
  }

  get port(): number {
    return this.router.port;
  }

  openWindow(walk: string, onFailed?: KeepOnFailure): Promise<VpnWindow> {
    return this.#open(this.#home, false, walk, onFailed);
  }

  openUnprivileged(home: Home, walk: string): Promise<VpnWindow> {
    return this.#open(home, true, walk, () => undefined);
  }

  async openRouter(changes: RouterConfigInput): Promise<RouterHost> {
    const router = await startRouter(changes);
    this.#routers.push(router);
    return router;
  }

  async close(): Promise<void> {
    await Promise.all(Array.from(this.#runs, (run) => this.#end(run)));
    await Promise.all([this.router, ...this.#routers].map((router) => router.close()));
    await Promise.all([this.#home.remove(), this.#built.remove()]);
  }

  async #open(home: Home, hasDevices: boolean, walk: string, onFailed?: KeepOnFailure): Promise<VpnWindow> {
    const run = await start({ built: this.#built, home: home.folder, prefix: sparingThisMachine() });
    this.#runs.add(run);
    // Which of both it was belongs in the output.
    console.log(`${walk} runs in ${run.runsIn}.`);
    const { page } = run;
    const close = (): Promise<void> => this.#end(run);
    return VpnWindow.open({ page, hasDevices, said: () => run.runsIn, close }, walk, onFailed);
  }

  async #end(run: DesktopRun): Promise<void> {
    this.#runs.delete(run);
    run.signal('SIGTERM');
    await run.ended;
  }
}

function start(options: RunOptions): Promise<DesktopRun> {
  const binary = electronBinary();
  return binary === undefined ? runOnDouble(options) : runInElectron(options, binary);
}

function startRouter(changes: RouterConfigInput): Promise<RouterHost> {
  return RouterHost.start(routerConfig({ listen: { host: LOOPBACK, port: 0 }, ...changes }));
}

/** The desktop program's own window. */
export const desktopShell: WalkShell = {
  name: 'desktop',
  isPossible: electronBinary() !== undefined || chromiumPossible(),
  hasHosts: false,
  open: (router) => DesktopOffice.open(router),
};
