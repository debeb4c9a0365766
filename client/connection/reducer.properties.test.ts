import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  isBlocked,
  mayConnect,
  STAGES,
  type FailureCause,
  type TunnelFacts,
} from '../../shared/connection.ts';
import { profileSchema } from '../../shared/profile.ts';
import type { ConnectionEffect, ConnectionEvent } from './model.ts';
import { ConnectionModelDriver } from './reducer-driver.ts';

const tunnel: TunnelFacts = {
  interfaceName: undefined,
  address: '10.0.0.2',
  gateway: '10.0.0.1',
  dns: [],
  mtu: 1400,
  cipher: 'TLSv1.3',
  routerAddress: '192.0.2.1',
  authentication: 'PAP',
};
const certificate = {
  fingerprint: 'AA',
  publicKeySha256: 'ab'.repeat(32),
  subject: '',
  issuer: '',
  names: [],
  validFrom: '2020-01-01T00:00:00.000Z',
  validTo: '2030-01-01T00:00:00.000Z',
};
const REFUSALS: readonly FailureCause[] = [
  { kind: 'credentials-refused' },
  { kind: 'code-refused', code: 'motp', clockDifferenceSeconds: undefined },
  { kind: 'locked-out', retryAfterSeconds: undefined },
  { kind: 'certificate-unknown', certificate, problem: 'self-signed' },
  { kind: 'certificate-changed', certificate, trustedPublicKeySha256: 'cd'.repeat(32) },
];
const CAUSES: readonly FailureCause[] = [
  ...REFUSALS,
  { kind: 'link-lost', reason: 'ECONNRESET' },
  { kind: 'peer-silent', seconds: 40 },
  { kind: 'timed-out', stage: 'connecting', seconds: 10 },
  { kind: 'router-closed', when: 'connected' },
  { kind: 'router-closed', when: 'requesting' },
  { kind: 'protocol-error', code: 'frame-version', detail: '' },
];

/** Numbers near those in use, so that stale and unknown ones come up too. */
const session = fc.nat({ max: 6 });
const code = fc.constantFrom('6ed4e4', '502a59', 'bd94a4', 'fb596e', '1234', 'secret');
const motpCounter = fc.option(fc.nat({ max: 50 }), { nil: undefined });
const cause = fc.constantFrom(...CAUSES);

const event: fc.Arbitrary<ConnectionEvent> = fc.oneof(
  fc.constantFrom<ConnectionEvent>(
    { kind: 'retry-due' },
    { kind: 'network-changed' },
    { kind: 'network-released' },
    { kind: 'blocking', isBlocking: false },
  ),
  // Connecting comes up more often than leaving, or nothing would ever stand.
  fc.constantFrom<ConnectionEvent>(
    { kind: 'connect', device: 'tun' },
    { kind: 'connect', device: 'tun' },
    { kind: 'certificate-trusted' },
    { kind: 'retry-due' },
  ),
  fc.constantFrom<ConnectionEvent>(
    { kind: 'connect', device: 'tun' },
    { kind: 'connect', device: 'tun' },
    { kind: 'connect', device: 'tun' },
    { kind: 'retry-due' },
    { kind: 'retry-asked-for' },
    { kind: 'disconnect' },
    { kind: 'prompt-dismissed' },
  ),
  fc.record({
    kind: fc.constant('secrets-loaded'),
    load: session,
    secrets: fc.record({
      password: fc.option(fc.constant('password'), { nil: undefined }),
      motpSecret: fc.option(fc.constant('0123456789abcdef'), { nil: undefined }),
    }),
  }),
  fc.record({ kind: fc.constant('device-refused'), load: session, cause }),
  fc.record({ kind: fc.constant('credentials-submitted'), userName: fc.constant('alice'), secret: code }),
  fc.record({ kind: fc.constant('second-step-submitted'), code }),
  fc.record({
    kind: fc.constant('session-said'),
    session,
    event: fc.oneof(
      fc.record({ kind: fc.constant('stage'), stage: fc.constantFrom(...STAGES) }),
      fc.record({ kind: fc.constant('credentials-sent'), motpCounter }),
      fc.record({ kind: fc.constant('second-step'), deadline: fc.nat(), refused: fc.boolean() }),
      fc.constant({ kind: 'connected', tunnel } as const),
    ),
  }),
  fc.record({
    kind: fc.constant('session-ended'),
    session,
    end: fc.oneof(
      fc.constant({ kind: 'cancelled' } as const),
      fc.record({ kind: fc.constant('failed'), cause, wasConnected: fc.boolean() }),
    ),
    receivedBytes: fc.nat(),
    sentBytes: fc.nat(),
  }),
);

/** The session numbers of an event are mostly moved to the present one, to get far. */
const move = fc.record({
  event,
  isCurrent: fc.constantFrom(true, true, true, false),
  later: fc.nat({ max: 30_000 }),
});

const profile = fc
  .record({
    authentication: fc.constantFrom('password', 'motp'),
    alwaysPrompt: fc.boolean(),
    advanced: fc.record({ reconnect: fc.boolean(), blockWhenDown: fc.constantFrom(true, true, true, false) }),
  })
  .map((fields) =>
    profileSchema.parse({
      ...fields,
      id: '6f7e0f5e-33b0-4b0c-9a39-3d6d5d3c9c11',
      name: 'Office',
      server: 'vpn.example.com',
      userName: 'alice',
    }),
  );

function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(`Broken: ${what}`);
}

/** Follows the effects as the world would, and complains about what must never be. */
class World {
  readonly driver: ConnectionModelDriver;
  readonly alive = new Set<number>();
  readonly sentCodes = new Set<string>();
  highestCounter = -1;
  timerRuns = false;
  /** The last tunnel's network is held. */
  isBlocking = false;
  #isReleasing = false;
  /** The user has disconnected, and not connected since. */
  #hasLeft = false;
  /** The session that lives is to end. */
  #isCancelled = false;
  /** The last session was not told to look the name up. */
  #dialsKnownAddress = false;
  readonly #codeOf = new Map<number, string>();

  constructor(driver: ConnectionModelDriver) {
    this.driver = driver;
  }

  move({ event, isCurrent, later }: { event: ConnectionEvent; isCurrent: boolean; later: number }): void {
    this.driver.now += later;
    const aimed = isCurrent ? this.#aim(event) : event;
    // A world without the session, or whose timer is not running, cannot say so.
    if ('session' in aimed && !this.alive.has(aimed.session)) return;
    if (aimed.kind === 'session-ended' && aimed.end.kind === 'cancelled' && !this.#isCancelled) return;
    if (aimed.kind === 'retry-due' && !this.timerRuns) return;
    if (aimed.kind === 'blocking' && !this.isBlocking) return;
    if (aimed.kind === 'network-released' && !this.#isReleasing) return;
    this.#before(aimed);
    this.#after(aimed, this.driver.send(aimed));
  }

  /** As the network tells it. */
  #setBlocking(isBlocking: boolean): void {
    if (this.isBlocking === isBlocking) return;
    this.isBlocking = isBlocking;
    this.driver.send({ kind: 'blocking', isBlocking });
  }

  #aim(event: ConnectionEvent): ConnectionEvent {
    if ('session' in event) return { ...event, session: this.driver.model.sessions };
    if (event.kind === 'secrets-loaded') return { ...event, load: this.driver.model.loads };
    return event;
  }

  #before(event: ConnectionEvent): void {
    if (event.kind === 'retry-due') this.timerRuns = false;
    if (event.kind === 'disconnect' || event.kind === 'prompt-dismissed') this.#hasLeft = true;
    // While it is still leaving, connecting is not heard.
    if (event.kind === 'connect' && mayConnect(this.driver.state)) this.#hasLeft = false;
    if (event.kind === 'session-ended') this.alive.delete(event.session);
    if (event.kind === 'session-ended' && event.end.kind === 'failed') this.#drop();
    if (event.kind === 'blocking') this.isBlocking = false;
    if (event.kind === 'network-released') {
      this.#isReleasing = false;
      this.#setBlocking(false);
    }
    if (event.kind === 'session-said' && event.event.kind === 'connected') this.#setBlocking(false);
    if (event.kind !== 'session-said' || event.event.kind !== 'credentials-sent') return;
    const sent = this.#codeOf.get(event.session);
    if (sent !== undefined) this.sentCodes.add(sent);
    else this.highestCounter = event.event.motpCounter ?? this.highestCounter;
  }

  /** A tunnel that drops leaves its network behind, when the profile says so. */
  #drop(): void {
    const { phase, profile } = this.driver.model;
    const hasTunnel = phase.kind === 'connected';
    if (hasTunnel && profile.advanced.blockWhenDown) this.#setBlocking(true);
  }

  #after(event: ConnectionEvent, effects: readonly ConnectionEffect[]): void {
    for (const effect of effects) this.#carryOut(effect);
    const { state } = this.driver.state;
    must(this.alive.size === (hasSession(this.driver) ? 1 : 0), 'one session at most, and none unseen');
    must(this.timerRuns === (state === 'waiting'), 'the timer runs while waiting, and only then');
    must(isBlocked(this.driver.state) <= this.isBlocking, 'blocked is said only of what is');
    must(!this.isBlocking || state !== 'disconnected', 'whoever has disconnected is blocked no more');
    must(!this.isBlocking || state === 'disconnecting' || this.#mustSay(), 'what is blocked is said');
    if (event.kind === 'session-ended' && event.end.kind === 'failed' && this.#isRefusal(event.end.cause)) {
      must(
        ['failed', 'prompting', 'disconnecting', 'disconnected'].includes(state),
        'no reconnecting after a refusal',
      );
    }
    if (event.kind === 'disconnect') {
      must(['disconnected', 'disconnecting'].includes(state), 'disconnecting at once');
    }
  }

  /** All but a standing tunnel, which is about to say that it has dropped. */
  #mustSay(): boolean {
    return isBlocked(this.driver.state) || this.driver.state.state === 'connected';
  }

  /** A certificate at an address that the name may have left is none. */
  #isRefusal(cause: FailureCause): boolean {
    const isCertificate = cause.kind === 'certificate-unknown' || cause.kind === 'certificate-changed';
    return REFUSALS.includes(cause) && !(isCertificate && this.#dialsKnownAddress && !this.isBlocking);
  }

  #carryOut(effect: ConnectionEffect): void {
    switch (effect.kind) {
      case 'release-network':
        must(this.isBlocking, 'only what is blocked is released');
        must(this.#hasLeft, 'only the user ends a block');
        this.#isReleasing = true;
        break;
      case 'start-session': {
        must(
          !this.isBlocking || effect.knownAddress !== undefined,
          'no name is looked up while traffic is blocked',
        );
        this.#dialsKnownAddress = effect.knownAddress !== undefined;
        must(this.alive.size === 0, 'never two sessions');
        this.alive.add(effect.session);
        this.#isCancelled = false;
        const { credentials } = effect;
        if (credentials.kind === 'code') {
          must(!this.sentCodes.has(credentials.code), 'no code twice');
          this.#codeOf.set(effect.session, credentials.code);
        }
        if (credentials.kind === 'motp') {
          must(credentials.notBeforeCounter > this.highestCounter, 'a fresh step');
        }
        break;
      }
      case 'submit-second-step':
        must(!this.sentCodes.has(effect.code), 'no second code twice');
        this.sentCodes.add(effect.code);
        break;
      case 'cancel-session':
        must(this.alive.has(effect.session), 'only a living session is cancelled');
        this.#isCancelled = true;
        break;
      case 'start-retry-timer':
        must(!this.timerRuns, 'one timer');
        this.timerRuns = true;
        break;
      case 'stop-retry-timer':
        must(this.timerRuns, 'only a running timer is stopped');
        this.timerRuns = false;
        break;
      default:
        break;
    }
  }

  /** The user has had enough. */
  disconnect(): void {
    this.move({ event: { kind: 'disconnect' }, isCurrent: true, later: 0 });
    for (const session of this.alive) {
      const end = { kind: 'cancelled' } as const;
      const event = { kind: 'session-ended', session, end, receivedBytes: 0, sentBytes: 0 } as const;
      this.move({ event, isCurrent: true, later: 0 });
    }
    this.move({ event: { kind: 'network-released' }, isCurrent: true, later: 0 });
  }
}

function hasSession({ model }: ConnectionModelDriver): boolean {
  return ['attempting', 'connected', 'leaving'].includes(model.phase.kind);
}

test('whatever happens, in whatever order', () => {
  let connections = 0;
  let reconnections = 0;
  let blocked = 0;
  fc.assert(
    fc.property(profile, fc.array(move, { minLength: 1, maxLength: 100, size: 'max' }), (profile, moves) => {
      const world = new World(new ConnectionModelDriver(profile));
      for (const next of moves) {
        world.move(next);
        if (world.driver.state.state === 'connected') connections++;
        if (world.driver.state.state === 'waiting') reconnections++;
        if (isBlocked(world.driver.state)) blocked++;
      }
      world.disconnect();
      expect(world.driver.state).toEqual({ state: 'disconnected' });
      expect(world.alive.size).toBe(0);
      expect(world.timerRuns).toBe(false);
      expect(world.isBlocking).toBe(false);
    }),
    { numRuns: 2500 },
  );
  // The moves do get there: the invariants were put to a test.
  expect(connections).toBeGreaterThan(50);
  expect(reconnections).toBeGreaterThan(5);
  expect(blocked).toBeGreaterThan(5);
});
