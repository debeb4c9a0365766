import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { ConnectionState } from '../../shared/connection.ts';
import { calls, type CallInput, type CallName, type CallResponse } from '../../shared/contract.ts';
import { callParsers } from '../../shared/contract/call-types.ts';
import { buildDesktop } from './build-desktop.ts';
import type { DoubleRun } from './desktop-run.ts';
import { runOnDouble } from './run-on-double.ts';
import { startSessionBus, type SessionBus } from '../support/session-bus.ts';

/** A desk of its own for each test: folders, a session bus with a tray, the built program. */
export class DesktopTrial {
  readonly bus: SessionBus;
  readonly #built: Awaited<ReturnType<typeof buildDesktop>>;
  readonly #runs: DoubleRun[] = [];
  home = '';

  private constructor(bus: SessionBus, built: Awaited<ReturnType<typeof buildDesktop>>) {
    this.bus = bus;
    this.#built = built;
  }

  static async prepare(): Promise<DesktopTrial> {
    const [bus, built] = await Promise.all([startSessionBus(), buildDesktop()]);
    return new DesktopTrial(bus, built);
  }

  get built(): { readonly folder: string } {
    return this.#built;
  }

  async begin(): Promise<void> {
    this.home = await mkdtemp(join(tmpdir(), 'svpn-desktop-'));
    await this.bus.showTray();
  }

  async start(environment: Record<string, string> = {}, args: string[] = []): Promise<DoubleRun> {
    const { built, home } = this;
    const run = await runOnDouble({
      built,
      home,
      arguments: args,
      environment: { DBUS_SESSION_BUS_ADDRESS: this.bus.address, ...environment },
    });
    this.#runs.push(run);
    // The shell hears calls once its page is there.
    await run.page.waitForFunction('window.smartvpn !== undefined');
    return run;
  }

  async end(): Promise<void> {
    for (const run of this.#runs.splice(0)) {
      run.signal('SIGTERM');
      await run.ended;
    }
    await rm(this.home, { recursive: true, force: true });
  }

  async close(): Promise<void> {
    await this.bus.close();
    await this.#built.remove();
  }
}

/** A call as the page makes it: through the preload script, the main process and back. */
export async function call<Name extends CallName>(
  page: Page,
  name: Name,
  request: CallInput<Name>,
): Promise<CallResponse<Name>> {
  const reply: unknown = await page.evaluate(`window.smartvpn.${name}(${JSON.stringify(request)})`);
  if (typeof reply === 'object' && reply !== null && 'value' in reply) {
    return callParsers[name].response.parse(reply.value);
  }
  throw new Error(`${name}: ${JSON.stringify(reply)}`);
}

export async function stateOf(page: Page, profileId: string): Promise<ConnectionState> {
  const { states } = await call(page, 'snapshot', {});
  return states.find((row) => row.profileId === profileId)?.state ?? { state: 'disconnected' };
}

export const CALL_COUNT = Object.keys(calls).length;

export const KEEP = { password: { change: 'keep' }, motpSecret: { change: 'keep' } } as const;
