import { isOver, mayConnect, type ConnectionState } from '../../shared/connection.ts';
import type { Reply } from '../../shared/contract/call-types.ts';
import type { Profile } from '../../shared/profile.ts';
import { err, ok } from '../../shared/result.ts';
import { Connection, type ConnectionDependencies } from '../connection/connection.ts';
import type { StartSession } from '../session/session-types.ts';
import type { Claim, ClaimConnection } from './connection-claim.ts';

export type Purpose = 'use' | 'test';
type Done = Record<string, never>;

export interface ConnectionsOptions {
  /** What a connection needs, but for how its sessions start. */
  readonly dependencies: Omit<ConnectionDependencies, 'startSession'>;
  readonly startSessionFor: (profileId: string) => StartSession;
  readonly claim: ClaimConnection;
  /** Before an attempt: another program may have changed the profile. */
  readonly refresh: () => Promise<void>;
  readonly onState: (profileId: string, state: ConnectionState) => void;
}

interface Entry {
  readonly connection: Connection;
  claim: Claim | undefined;
  /** Asked for, and not yet begun: another program may hold a tunnel. Aborted when it is called off. */
  starting: AbortController | undefined;
}

/**
 * The connections of this program, of which one at a time is up. What takes more than a moment and must
 * not overlap (claiming, releasing) takes turns.
 */
export class Connections {
  readonly #options: ConnectionsOptions;
  readonly #entries = new Map<string, Entry>();
  #turns: Promise<unknown> = Promise.resolve();

  constructor(options: ConnectionsOptions) {
    this.#options = options;
  }

  /** Those that are not disconnected. */
  states(): { readonly profileId: string; readonly state: ConnectionState }[] {
    return Array.from(this.#entries, ([profileId, { connection }]) => ({
      profileId,
      state: connection.state,
    })).filter(({ state }) => state.state !== 'disconnected');
  }

  /** Everything that has been dialled or looked at. */
  dialled(): { readonly profile: Profile; readonly state: ConnectionState }[] {
    return Array.from(this.#entries.values(), ({ connection: { profile, state } }) => ({ profile, state }));
  }

  /** Of a profile that has been dialled or looked at. */
  find(profileId: string): Connection | undefined {
    return this.#entries.get(profileId)?.connection;
  }

  of(profile: Profile): Connection {
    return this.#entryOf(profile).connection;
  }

  /** Resolves when it is under way, not when it is connected. */
  connect(profile: Profile, purpose: Purpose): Promise<Reply<Done>> {
    const entry = this.#entryOf(profile);
    const { state } = entry.connection;
    if (state.state === 'disconnecting') return Promise.resolve(err({ code: 'not-now' }));
    // Clicked twice: it is under way.
    if (entry.starting !== undefined || !mayConnect(state)) return Promise.resolve(ok({}));
    const other = this.#otherThan(profile.id);
    if (other !== undefined) {
      const profileName = other.connection.profile.name;
      return Promise.resolve(err({ code: 'already-connected', profileName, elsewhere: false }));
    }
    const starting = new AbortController();
    entry.starting = starting;
    return this.#inTurn(() => this.#start(entry, purpose, starting));
  }

  /** Resolves when nothing of it is left. Cancels at any stage, and puts a failure away. */
  async disconnect(profileId: string): Promise<void> {
    const entry = this.#entries.get(profileId);
    if (entry === undefined) return;
    entry.starting?.abort();
    entry.starting = undefined;
    await entry.connection.disconnect();
    await this.#inTurn(() => this.#release(entry));
  }

  /** The profile was saved: it holds from the next attempt on. */
  changeProfile(profile: Profile): void {
    const connection = this.find(profile.id);
    // What the connection itself remembered comes back to it: that is no news, and no corrected password.
    if (connection === undefined || JSON.stringify(connection.profile) === JSON.stringify(profile)) return;
    connection.changeProfile(profile);
  }

  async close(): Promise<void> {
    await Promise.all(Array.from(this.#entries.keys(), (profileId) => this.disconnect(profileId)));
  }

  async #start(entry: Entry, purpose: Purpose, starting: AbortController): Promise<Reply<Done>> {
    try {
      await this.#options.refresh();
      const claimed = await this.#claimFor(entry, purpose, starting.signal);
      // Disconnected again meanwhile: whatever came of it.
      if (starting.signal.aborted) return ok({});
      if (claimed.ok) entry.connection.connect(purpose === 'test' ? 'none' : 'tun');
      return claimed;
    } finally {
      if (entry.starting === starting) entry.starting = undefined;
      await this.#release(entry);
    }
  }

  /** A test makes no device, so it may run beside another program's tunnel. */
  async #claimFor(entry: Entry, purpose: Purpose, calledOff: AbortSignal): Promise<Reply<Done>> {
    if (purpose === 'test' || entry.claim !== undefined) return ok({});
    const claimed = await this.#options.claim(entry.connection, calledOff);
    if (!claimed.ok) {
      const refusal = claimed.error;
      return err(
        refusal.kind === 'held'
          ? { code: 'already-connected', profileName: refusal.profileName, elsewhere: true }
          : { code: 'claim-unavailable', reason: refusal.reason, detail: refusal.detail },
      );
    }
    entry.claim = claimed.value;
    return ok({});
  }

  /** Unless it is in use (again). */
  async #release(entry: Entry): Promise<void> {
    if (isBusy(entry)) return;
    const { claim } = entry;
    entry.claim = undefined;
    await claim?.release();
  }

  #otherThan(profileId: string): Entry | undefined {
    return Array.from(this.#entries).find(([id, entry]) => id !== profileId && isBusy(entry))?.[1];
  }

  #entryOf(profile: Profile): Entry {
    const known = this.#entries.get(profile.id);
    if (known !== undefined) return known;
    const { dependencies, startSessionFor, onState } = this.#options;
    const startSession = startSessionFor(profile.id);
    const connection = new Connection(profile, { ...dependencies, startSession });
    const entry: Entry = { connection, claim: undefined, starting: undefined };
    connection.subscribe((state) => {
      onState(profile.id, state);
      if (entry.claim !== undefined && isOver(state)) void this.#inTurn(() => this.#release(entry));
    });
    this.#entries.set(profile.id, entry);
    return entry;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turns.then(work);
    this.#turns = turn.catch(() => undefined);
    return turn;
  }
}

/** What is blocked is busy too: another tunnel would let it out. */
function isBusy({ connection, starting }: Entry): boolean {
  return starting !== undefined || !isOver(connection.state);
}
