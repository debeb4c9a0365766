import type { ConnectionState, FailureCause } from '../../shared/connection.ts';
import type { Profile } from '../../shared/profile.ts';
import type { SessionCredentials, SessionEnd, SessionEvent } from '../session/session-types.ts';
import {
  connectionState,
  initialModel,
  type ConnectionEffect,
  type ConnectionEvent,
  type ConnectionModel,
  type StoredSecrets,
} from './model.ts';
import { reduce } from './reducer.ts';

type EffectOf<K extends ConnectionEffect['kind']> = Extract<ConnectionEffect, { kind: K }>;

/** For tests of the reducer: sends events, keeps all effects, owns the clock. */
export class ConnectionModelDriver {
  model: ConnectionModel;
  now = Date.parse('2026-06-01T12:00:00Z');
  random = 0.5;
  readonly #effects: ConnectionEffect[] = [];

  constructor(profile: Profile) {
    this.model = initialModel(profile);
  }

  get state(): ConnectionState {
    return connectionState(this.model);
  }

  /** What each session was started with. */
  get started(): SessionCredentials[] {
    return this.effects('start-session').map((effect) => effect.credentials);
  }

  send(event: ConnectionEvent): readonly ConnectionEffect[] {
    const { model, effects } = reduce(this.model, event, { now: this.now, random: this.random });
    this.model = model;
    this.#effects.push(...effects);
    return effects;
  }

  effects<K extends ConnectionEffect['kind']>(kind: K): EffectOf<K>[] {
    return this.#effects.filter((effect): effect is EffectOf<K> => effect.kind === kind);
  }

  connect(secrets: StoredSecrets): void {
    this.send({ kind: 'connect', device: 'tun' });
    this.send({ kind: 'secrets-loaded', load: this.model.loads, secrets });
  }

  submit(secret: string, userName = 'alice'): void {
    this.send({ kind: 'credentials-submitted', userName, secret });
  }

  said(event: SessionEvent): void {
    this.send({ kind: 'session-said', session: this.model.sessions, event });
  }

  fails(cause: FailureCause, wasConnected = false): void {
    this.ends({ kind: 'failed', cause, wasConnected });
  }

  ends(end: SessionEnd, traffic = { receivedBytes: 0, sentBytes: 0 }): void {
    this.send({ kind: 'session-ended', session: this.model.sessions, end, ...traffic });
  }
}
