import { describe, expect, test } from 'vitest';
import type { ConnectionState, FailureCause, FailureKind } from '../../shared/connection.ts';
import { profileSchema, type ProfileInput } from '../../shared/profile.ts';
import { MADE_TUNNEL as tunnel } from '../session/testing/made-tunnel.ts';
import { ConnectionModelDriver } from './reducer-driver.ts';
import type { StoredSecrets } from './model.ts';

const LOST: FailureCause = { kind: 'link-lost', reason: 'ECONNRESET' };
const certificate = {
  fingerprint: 'AA',
  publicKeySha256: 'ab'.repeat(32),
  subject: 'CN=r',
  issuer: 'CN=r',
  names: [],
  validFrom: '2020-01-01T00:00:00.000Z',
  validTo: '2030-01-01T00:00:00.000Z',
};
const CHANGED = {
  kind: 'certificate-changed',
  trustedPublicKeySha256: 'cd'.repeat(32),
  certificate,
} as const;
const NO_SECRETS: StoredSecrets = { password: undefined, motpSecret: undefined };
const STORED = { password: 'kept-password', motpSecret: undefined };
const TOKEN = { password: undefined, motpSecret: 'e3152afee62599c8' };

function driver(profile: Partial<ProfileInput> = {}): ConnectionModelDriver {
  return new ConnectionModelDriver(
    profileSchema.parse({
      id: '6f7e0f5e-33b0-4b0c-9a39-3d6d5d3c9c11',
      name: 'Office',
      server: 'vpn.example.com',
      userName: 'alice',
      ...profile,
    }),
  );
}

/** Connects with a stored password. */
function connectedWithPassword(profile: Partial<ProfileInput> = {}): ConnectionModelDriver {
  const it = driver(profile);
  it.connect(STORED);
  it.said({ kind: 'credentials-sent', motpCounter: undefined });
  it.said({ kind: 'connected', tunnel });
  return it;
}

/** Connects with a code from a token. */
function connectedWithCode(): ConnectionModelDriver {
  const it = driver({ authentication: 'motp' });
  it.connect(NO_SECRETS);
  it.submit('6ED4E4');
  it.said({ kind: 'credentials-sent', motpCounter: undefined });
  it.said({ kind: 'connected', tunnel });
  return it;
}

describe('credentials', () => {
  test('a stored password needs no prompt', () => {
    const it = driver();
    it.connect(STORED);
    expect(it.state).toMatchObject({ state: 'connecting' });
    expect(it.started).toEqual([{ kind: 'password', userName: 'alice', password: 'kept-password' }]);
  });

  test.each([
    ['nothing stored', {}, NO_SECRETS, 'password'],
    ['"Always Prompt for Credentials"', { alwaysPrompt: true }, STORED, 'password'],
    ['no user name', { userName: '' }, STORED, 'password'],
    ['a token', { authentication: 'motp' }, NO_SECRETS, 'motp-code'],
    ['a token although a password is stored', { authentication: 'motp' }, STORED, 'motp-code'],
    ['the built-in generator', { authentication: 'motp' }, TOKEN, 'motp-pin'],
  ] as const)('asked for: %s', (_, profile, secrets, asks) => {
    const it = driver(profile);
    it.connect(secrets);
    expect(it.state).toEqual({
      state: 'prompting',
      prompt: { kind: 'credentials', asks, userName: it.model.profile.userName, because: undefined },
    });
    expect(it.started).toEqual([]);
  });

  test('what cannot be right is not sent', () => {
    const it = driver({ authentication: 'motp' });
    it.connect(NO_SECRETS);
    it.submit('1234');
    expect(it.state.state).toBe('prompting');
    expect(it.started).toEqual([]);
  });

  test('a code is sent in lower case, a generator’s PIN with its secret', () => {
    const it = driver({ authentication: 'motp' });
    it.connect(NO_SECRETS);
    it.submit('6ED4E4');
    expect(it.started).toEqual([{ kind: 'code', userName: 'alice', code: '6ed4e4' }]);
    const generator = driver({ authentication: 'motp' });
    generator.connect(TOKEN);
    generator.submit('1234');
    expect(generator.started).toEqual([
      { kind: 'motp', userName: 'alice', secret: TOKEN.motpSecret, pin: '1234', notBeforeCounter: 0 },
    ]);
  });

  test('are remembered once they proved right, as the profile says', () => {
    const it = driver({ userName: '' });
    it.connect(NO_SECRETS);
    it.submit('new-password', 'bob');
    expect(it.effects('remember-password')).toEqual([]);
    it.said({ kind: 'connected', tunnel });
    expect(it.effects('remember-password')).toEqual([
      { kind: 'remember-password', password: 'new-password' },
    ]);
    expect(it.effects('remember-user-name')).toEqual([{ kind: 'remember-user-name', userName: 'bob' }]);
    // Nothing new when it came from there, or was made again after a lost link.
    it.fails({ kind: 'peer-silent', seconds: 10 });
    it.send({ kind: 'retry-due' });
    it.said({ kind: 'connected', tunnel });
    expect(it.effects('remember-password')).toHaveLength(1);
    const stored = driver();
    stored.connect(STORED);
    stored.said({ kind: 'connected', tunnel });
    expect(stored.effects('remember-password')).toEqual([]);
    const forgetful = connectedWithPassword({ rememberCredentials: false });
    expect(forgetful.effects('remember-password')).toEqual([]);
    expect(connectedWithCode().effects('remember-password')).toEqual([]);
  });

  test.each(['account-disabled', 'outside-permitted-hours', 'no-dial-in-permission'] as const)(
    'a stored password is not asked for again when it was not what was wrong: %s',
    (because) => {
      const it = driver();
      it.connect(STORED);
      it.fails({ kind: 'credentials-refused', because });
      it.connect(STORED);
      expect(it.state.state).toBe('connecting');
    },
  );

  test('a refused stored password is asked for, with the reason, and only on "Connect"', () => {
    const it = driver();
    it.connect(STORED);
    it.fails({ kind: 'credentials-refused' });
    expect(it.state).toEqual({ state: 'failed', since: it.now, cause: { kind: 'credentials-refused' } });
    it.connect(STORED);
    expect(it.state).toMatchObject({
      prompt: { asks: 'password', because: { kind: 'credentials-refused' } },
    });
    it.send({ kind: 'prompt-dismissed' });
    it.send({ kind: 'profile-changed', profile: it.model.profile });
    it.connect(STORED);
    expect(it.state.state).toBe('connecting');
  });

  test('nothing typed is held while disconnected', () => {
    const it = connectedWithPassword();
    it.send({ kind: 'disconnect' });
    it.ends({ kind: 'cancelled' });
    expect(JSON.stringify(it.model)).not.toContain('kept-password');
  });
});

describe('one-time codes', () => {
  test('a sent code is never sent again, not even when it is typed again', () => {
    const it = connectedWithCode();
    it.fails(LOST, true);
    expect(it.state).toMatchObject({ prompt: { asks: 'motp-code', because: LOST } });
    it.submit('6ed4e4');
    expect(it.started).toHaveLength(1);
    it.submit('502a59');
    expect(it.started).toHaveLength(2);
  });

  test('a code that was not sent serves after the certificate was trusted, for 20 seconds', () => {
    for (const [seconds, starts] of [
      [19, 2],
      [20, 1],
    ] as const) {
      const it = driver({ authentication: 'motp' });
      it.connect(NO_SECRETS);
      it.submit('6ed4e4');
      it.fails(CHANGED);
      expect(it.state).toEqual({ state: 'prompting', prompt: { kind: 'certificate', cause: CHANGED } });
      it.now += seconds * 1000;
      it.send({ kind: 'certificate-trusted' });
      expect(it.started).toHaveLength(starts);
    }
  });

  test('the generator’s next code is of a later step than the last one sent', () => {
    const it = driver({ authentication: 'motp' });
    it.connect(TOKEN);
    it.submit('1234');
    it.said({ kind: 'credentials-sent', motpCounter: 700 });
    it.said({ kind: 'connected', tunnel });
    it.fails(LOST, true);
    it.send({ kind: 'retry-due' });
    expect(it.started.at(-1)).toMatchObject({ kind: 'motp', pin: '1234', notBeforeCounter: 701 });
    it.fails({ kind: 'code-refused', code: 'motp', clockDifferenceSeconds: undefined });
    it.connect(TOKEN);
    it.submit('4321');
    expect(it.started.at(-1)).toMatchObject({ pin: '4321', notBeforeCounter: 701 });
  });

  test('a code on its way when the user left is spent all the same', () => {
    const it = driver({ authentication: 'motp' });
    it.connect(NO_SECRETS);
    it.submit('6ed4e4');
    it.send({ kind: 'disconnect' });
    it.said({ kind: 'credentials-sent', motpCounter: undefined });
    it.ends({ kind: 'cancelled' });
    it.connect(NO_SECRETS);
    it.submit('6ed4e4');
    expect(it.started).toHaveLength(1);
  });

  test('the second step: asked with its deadline, each code once', () => {
    const it = driver();
    it.connect(STORED);
    it.said({ kind: 'second-step', deadline: 99, refused: false });
    expect(it.state).toEqual({
      state: 'prompting',
      prompt: { kind: 'second-step', deadline: 99, refused: false },
    });
    it.send({ kind: 'second-step-submitted', code: '123 456' });
    expect(it.effects('submit-second-step')).toEqual([
      { kind: 'submit-second-step', session: 1, code: '123456' },
    ]);
    expect(it.state).toMatchObject({ state: 'connecting', stage: 'second-step' });
    it.said({ kind: 'second-step', deadline: 99, refused: true });
    it.send({ kind: 'second-step-submitted', code: '123456' });
    expect(it.effects('submit-second-step')).toHaveLength(1);
    it.send({ kind: 'prompt-dismissed' });
    expect(it.effects('cancel-session')).toEqual([{ kind: 'cancel-session', session: 1 }]);
  });
});

describe('certificates', () => {
  test('trusting pins the key and goes on without asking for the password again', () => {
    const it = driver();
    it.connect(STORED);
    it.fails(CHANGED);
    it.send({ kind: 'certificate-trusted' });
    const trusted = { publicKeySha256: 'ab'.repeat(32), trustedAt: new Date(it.now).toISOString() };
    expect(it.effects('remember-certificate')).toEqual([{ kind: 'remember-certificate', trusted }]);
    expect(it.effects('start-session').at(-1)?.profile.trustedCertificate).toEqual(trusted);
    expect(it.effects('record')).toEqual([]);
  });

  test('a changed one while reconnecting is a question, not another attempt', () => {
    const it = connectedWithPassword();
    it.fails(LOST, true);
    it.send({ kind: 'retry-due' });
    // At the last tunnel's address somebody else may answer by now.
    it.fails(CHANGED);
    expect(it.state).toMatchObject({ state: 'waiting', attempt: 2 });
    it.send({ kind: 'retry-due' });
    it.fails(CHANGED);
    expect(it.state).toMatchObject({ prompt: { kind: 'certificate' } });
    it.send({ kind: 'prompt-dismissed' });
    expect(it.state).toEqual({ state: 'disconnected' });
  });
});

describe('blocking while the tunnel is down', () => {
  const BLOCKING = { advanced: { blockWhenDown: true } };

  function droppedWhileBlocking() {
    const it = connectedWithPassword(BLOCKING);
    it.send({ kind: 'blocking', isBlocking: true });
    it.fails(LOST, true);
    return it;
  }

  test('is said while it waits, dials and asks, and the name is not looked up', () => {
    const it = droppedWhileBlocking();
    expect(it.state).toMatchObject({ state: 'waiting', traffic: 'blocked' });
    for (const attempt of [1, 2, 3]) {
      it.send({ kind: 'retry-due' });
      expect(it.state).toMatchObject({ state: 'connecting', attempt, traffic: 'blocked' });
      expect(it.effects('start-session').at(-1)?.knownAddress).toBe(tunnel.routerAddress);
      it.fails(LOST);
    }
    it.send({ kind: 'retry-due' });
    it.fails(CHANGED);
    expect(it.state).toMatchObject({ state: 'prompting', traffic: 'blocked' });
  });

  function expectReleaseByDisconnecting(it: ConnectionModelDriver): void {
    expect(it.effects('release-network')).toEqual([]);
    it.send({ kind: 'disconnect' });
    expect(it.state).toEqual({ state: 'disconnecting' });
    expect(it.effects('release-network')).toHaveLength(1);
    it.send({ kind: 'blocking', isBlocking: false });
    it.send({ kind: 'network-released' });
    expect(it.state).toEqual({ state: 'disconnected' });
  }

  test('ends before the connection comes to rest, when the user ends it', () => {
    const it = droppedWhileBlocking();
    expect(it.state).toMatchObject({ state: 'waiting', traffic: 'blocked' });
    expectReleaseByDisconnecting(it);
  });

  type Becomes = Exclude<
    ConnectionState['state'],
    'disconnected' | 'connected' | 'disconnecting' | 'connecting'
  >;
  interface Failing<Kind extends FailureKind> {
    readonly cause: Extract<FailureCause, { kind: Kind }>;
    /** What becomes of a connection whose standing tunnel fails so. */
    readonly standing: Becomes;
    /** And of one that has lost its tunnel, when an attempt to make it anew fails so. */
    readonly again: Becomes;
  }
  const host = 'vpn.example.com';
  /** Complete by its type. Whatever becomes of the connection, it is blocked: no failure is missing here. */
  const FAILING: { readonly [Kind in FailureKind]: readonly Failing<Kind>[] } = {
    'link-lost': [{ cause: LOST, standing: 'waiting', again: 'waiting' }],
    'peer-silent': [{ cause: { kind: 'peer-silent', seconds: 10 }, standing: 'waiting', again: 'waiting' }],
    'timed-out': [
      {
        cause: { kind: 'timed-out', stage: 'connecting', seconds: 10 },
        standing: 'waiting',
        again: 'waiting',
      },
      // Nobody was there to give the code.
      {
        cause: { kind: 'timed-out', stage: 'second-step', seconds: 120 },
        standing: 'failed',
        again: 'failed',
      },
    ],
    'no-network': [{ cause: { kind: 'no-network' }, standing: 'waiting', again: 'waiting' }],
    'name-not-found': [{ cause: { kind: 'name-not-found', host }, standing: 'waiting', again: 'waiting' }],
    'network-unreachable': [
      { cause: { kind: 'network-unreachable', host }, standing: 'waiting', again: 'waiting' },
    ],
    'connection-refused': [
      { cause: { kind: 'connection-refused', host, port: 443 }, standing: 'waiting', again: 'waiting' },
    ],
    'captive-portal': [
      { cause: { kind: 'captive-portal', page: undefined }, standing: 'waiting', again: 'waiting' },
    ],
    // Anybody on the way may answer so in the router's place.
    'tls-failed': [
      {
        cause: { kind: 'tls-failed', reason: 'ERR_SSL_WRONG_VERSION_NUMBER', needs: undefined },
        standing: 'waiting',
        again: 'waiting',
      },
    ],
    'not-draytek-ssl-vpn': [
      {
        cause: { kind: 'not-draytek-ssl-vpn', evidence: { looksLike: 'no-tls', protocol: 'http' } },
        standing: 'waiting',
        again: 'waiting',
      },
    ],
    // A question; a standing tunnel has had its answer.
    'certificate-unknown': [
      {
        cause: { kind: 'certificate-unknown', certificate, problem: 'self-signed' },
        standing: 'failed',
        again: 'prompting',
      },
    ],
    'certificate-changed': [{ cause: CHANGED, standing: 'failed', again: 'prompting' }],
    // NetworkManager is started again, or the user is away from the screen.
    'device-not-permitted': [
      {
        cause: { kind: 'device-not-permitted', missing: 'privilege' },
        standing: 'waiting',
        again: 'waiting',
      },
      {
        cause: { kind: 'device-not-permitted', missing: 'network-manager-permission' },
        standing: 'waiting',
        again: 'waiting',
      },
      {
        cause: { kind: 'device-not-permitted', missing: 'managed-device' },
        standing: 'failed',
        again: 'failed',
      },
    ],
    'router-closed': [
      { cause: { kind: 'router-closed', when: 'connected' }, standing: 'failed', again: 'failed' },
      { cause: { kind: 'router-closed', when: 'requesting' }, standing: 'waiting', again: 'waiting' },
    ],
    'protocol-error': [
      {
        cause: { kind: 'protocol-error', code: 'frame-version', detail: '' },
        standing: 'failed',
        again: 'failed',
      },
      {
        cause: { kind: 'protocol-error', code: 'truncated-stream', detail: '' },
        standing: 'waiting',
        again: 'waiting',
      },
    ],
    'credentials-refused': [{ cause: { kind: 'credentials-refused' }, standing: 'failed', again: 'failed' }],
    'code-refused': [
      {
        cause: { kind: 'code-refused', code: 'totp', clockDifferenceSeconds: 3 },
        standing: 'failed',
        again: 'failed',
      },
    ],
    'locked-out': [
      { cause: { kind: 'locked-out', retryAfterSeconds: 60 }, standing: 'failed', again: 'failed' },
    ],
    'no-address': [
      { cause: { kind: 'no-address', reason: 'pool-exhausted' }, standing: 'failed', again: 'failed' },
    ],
    'network-setup-failed': [
      {
        cause: { kind: 'network-setup-failed', step: 'routing', detail: '' },
        // Somebody has removed the device.
        standing: 'failed',
        // What manages routes or names is busy or just starting.
        again: 'waiting',
      },
    ],
    'unsupported-server-type': [
      {
        cause: { kind: 'unsupported-server-type', serverType: 'openvpn' },
        standing: 'failed',
        again: 'failed',
      },
    ],
    internal: [{ cause: { kind: 'internal', detail: '' }, standing: 'failed', again: 'failed' }],
  };

  test.each(Object.values(FAILING).flat())(
    'no failure ends it: $cause.kind, standing: $standing, again: $again',
    ({ cause, standing, again }) => {
      const dropping = connectedWithPassword(BLOCKING);
      dropping.send({ kind: 'blocking', isBlocking: true });
      dropping.fails(cause, true);
      expect(dropping.state).toMatchObject({ state: standing, traffic: 'blocked' });
      expectReleaseByDisconnecting(dropping);

      const reconnecting = droppedWhileBlocking();
      reconnecting.send({ kind: 'retry-due' });
      reconnecting.fails(cause);
      expect(reconnecting.state).toMatchObject({ state: again, traffic: 'blocked' });
      expectReleaseByDisconnecting(reconnecting);
    },
  );

  test('is not ended by a profile that does not reconnect', () => {
    const it = connectedWithPassword({ advanced: { reconnect: false, blockWhenDown: true } });
    it.send({ kind: 'blocking', isBlocking: true });
    it.fails(LOST, true);
    expect(it.state).toEqual({ state: 'failed', since: it.now, cause: LOST, traffic: 'blocked' });
    expectReleaseByDisconnecting(it);
  });

  test('that a failure no longer blocks makes no new one of it', () => {
    const it = connectedWithPassword({ advanced: { reconnect: false, blockWhenDown: true } });
    it.send({ kind: 'blocking', isBlocking: true });
    it.fails(LOST, true);
    const since = it.now;
    it.now += 5000;
    it.send({ kind: 'blocking', isBlocking: false });
    expect(it.state).toEqual({ state: 'failed', since, cause: LOST });
  });

  test('"Connect" after a failure goes on behind it, at the address that is let through', () => {
    const it = droppedWhileBlocking();
    it.send({ kind: 'retry-due' });
    it.fails({ kind: 'locked-out', retryAfterSeconds: 60 });
    const cause = { kind: 'device-not-permitted', missing: 'privilege' } as const;
    it.send({ kind: 'connect', device: 'tun' });
    expect(it.state).toMatchObject({ state: 'connecting', traffic: 'blocked' });
    it.send({ kind: 'device-refused', load: it.model.loads, cause });
    expect(it.state).toEqual({ state: 'failed', since: it.now, cause, traffic: 'blocked' });
    it.connect(STORED);
    expect(it.effects('start-session').at(-1)?.knownAddress).toBe(tunnel.routerAddress);
    it.fails(LOST);
    expect(it.state).toEqual({ state: 'failed', since: it.now, cause: LOST, traffic: 'blocked' });
    it.connect(STORED);
    it.send({ kind: 'blocking', isBlocking: false });
    it.said({ kind: 'connected', tunnel });
    expect(it.state).toEqual({ state: 'connected', since: it.now, tunnel });
    expect(it.effects('release-network')).toEqual([]);
  });

  test('is said of a test too, which makes no device and so does not end it', () => {
    const it = droppedWhileBlocking();
    it.send({ kind: 'retry-due' });
    it.fails({ kind: 'locked-out', retryAfterSeconds: 60 });
    it.send({ kind: 'connect', device: 'none' });
    it.send({ kind: 'secrets-loaded', load: it.model.loads, secrets: STORED });
    it.said({ kind: 'connected', tunnel: { ...tunnel, interfaceName: undefined } });
    expect(it.state).toMatchObject({ state: 'connected', traffic: 'blocked' });
  });

  test('goes with the profile’s wish for it', () => {
    const waiting = droppedWhileBlocking();
    const failed = droppedWhileBlocking();
    failed.send({ kind: 'retry-due' });
    failed.fails({ kind: 'credentials-refused' });
    for (const it of [waiting, failed]) {
      const { profile } = it.model;
      it.send({ kind: 'profile-changed', profile: { ...profile, userName: 'bob' } });
      expect(it.effects('release-network')).toEqual([]);
      const advanced = { ...profile.advanced, blockWhenDown: false };
      it.send({ kind: 'profile-changed', profile: { ...profile, advanced } });
      expect(it.effects('release-network')).toHaveLength(1);
      it.send({ kind: 'blocking', isBlocking: false });
      it.send({ kind: 'network-released' });
    }
    expect(waiting.state).toEqual(expect.not.objectContaining({ traffic: 'blocked' }));
    expect(waiting.state).toMatchObject({ state: 'waiting' });
    expect(failed.state).toEqual({
      state: 'failed',
      since: failed.now,
      cause: { kind: 'credentials-refused' },
    });
  });

  test('another server is not looked for at the last one’s address', () => {
    const it = droppedWhileBlocking();
    it.send({ kind: 'profile-changed', profile: { ...it.model.profile, server: 'other.example.com' } });
    it.send({ kind: 'retry-due' });
    expect(it.effects('start-session').at(-1)?.knownAddress).toBeUndefined();
  });

  test('another connection’s is neither said nor ended', () => {
    const it = driver();
    it.connect(STORED);
    it.fails({ kind: 'credentials-refused' });
    it.send({ kind: 'blocking', isBlocking: true });
    expect(it.state).toEqual({ state: 'failed', since: it.now, cause: { kind: 'credentials-refused' } });
    it.send({ kind: 'disconnect' });
    expect(it.state).toEqual({ state: 'disconnected' });
    expect(it.effects('release-network')).toEqual([]);
  });

  test('is no longer said when the device was deleted', () => {
    const it = droppedWhileBlocking();
    it.send({ kind: 'blocking', isBlocking: false });
    expect(it.state).toEqual(expect.not.objectContaining({ traffic: 'blocked' }));
  });
});

describe('a network that changes', () => {
  test('ends the waiting at once, and its delays begin anew', () => {
    const it = connectedWithPassword();
    it.fails(LOST, true);
    for (const attempt of [2, 3, 4]) {
      it.send({ kind: 'retry-due' });
      it.fails(LOST);
      expect(it.state).toMatchObject({ state: 'waiting', attempt });
    }
    expect(it.send({ kind: 'network-changed' }).map(({ kind }) => kind)).toEqual([
      'stop-retry-timer',
      'start-session',
    ]);
    expect(it.effects('start-session').at(-1)?.knownAddress).toBe(tunnel.routerAddress);
    it.fails(LOST);
    expect(it.state).toMatchObject({ state: 'waiting', attempt: 2 });
    expect(it.effects('start-session').at(-1)?.knownAddress).toBe(tunnel.routerAddress);
    it.send({ kind: 'retry-due' });
    expect(it.effects('start-session').at(-1)?.knownAddress).toBeUndefined();
  });

  test('is for the session of a standing tunnel to find out about', () => {
    const it = connectedWithPassword();
    const { sessions: session } = it.model;
    expect(it.send({ kind: 'network-changed' })).toEqual([{ kind: 'network-changed', session }]);
    expect(it.state).toMatchObject({ state: 'connected' });
  });

  test('that ends a tunnel is worth another one at once; one of long ago is not', () => {
    for (const [later, delay] of [
      [1500, 0],
      [60_000, 750],
    ] as const) {
      const it = connectedWithPassword();
      it.send({ kind: 'network-changed' });
      it.now += later;
      it.fails({ kind: 'peer-silent', seconds: 2 }, true);
      expect(it.state).toMatchObject({ state: 'waiting', retryAt: it.now + delay });
    }
  });

  test('starts an attempt over that was under way, without a delay', () => {
    const it = connectedWithPassword();
    it.fails(LOST, true);
    it.send({ kind: 'retry-due' });
    const { sessions: session } = it.model;
    expect(it.send({ kind: 'network-changed' })).toEqual([{ kind: 'network-changed', session }]);
    it.fails(LOST);
    expect(it.state).toMatchObject({ state: 'connecting', attempt: 1 });
    // Once: what fails after that waits like any other.
    it.fails(LOST);
    expect(it.state).toMatchObject({ state: 'waiting', attempt: 2 });
  });

  test('does not disturb a first attempt', () => {
    const it = driver();
    it.connect(STORED);
    expect(it.send({ kind: 'network-changed' })).toEqual([]);
  });
});

describe('reconnecting', () => {
  test('after a lost link, waiting longer each time, from the beginning after a success', () => {
    const it = connectedWithPassword();
    it.random = 0;
    it.fails(LOST, true);
    expect(it.state).toEqual({ state: 'waiting', attempt: 1, retryAt: it.now + 1000, because: LOST });
    it.send({ kind: 'retry-due' });
    expect(it.state).toMatchObject({ state: 'connecting', attempt: 1 });
    it.fails({ kind: 'name-not-found', host: 'vpn.example.com' });
    expect(it.state).toMatchObject({ state: 'waiting', attempt: 2, retryAt: it.now + 2000 });
    for (let i = 0; i < 20; i++) {
      it.send({ kind: 'retry-due' });
      it.fails({ kind: 'timed-out', stage: 'connecting', seconds: 10 });
    }
    expect(it.state).toMatchObject({ state: 'waiting', attempt: 22, retryAt: it.now + 60_000 });
    it.send({ kind: 'retry-due' });
    it.said({ kind: 'connected', tunnel });
    it.now += 60_000;
    it.fails(LOST, true);
    expect(it.state).toMatchObject({ state: 'waiting', attempt: 1, retryAt: it.now + 1000 });
    // The lost tunnels, not the vain attempts.
    expect(it.effects('record')).toHaveLength(2);
  });

  test('a tunnel that comes and drops again and again is waited for longer each time, too', () => {
    const it = connectedWithPassword();
    it.random = 0;
    for (const [attempt, seconds] of [1, 2, 4, 8, 16, 32, 60, 60].entries()) {
      it.now += 5000;
      it.fails(LOST, true);
      expect(it.state).toMatchObject({ attempt: attempt + 1, retryAt: it.now + seconds * 1000 });
      it.send({ kind: 'retry-due' });
      it.said({ kind: 'connected', tunnel });
    }
  });

  test.each<FailureCause>([
    { kind: 'credentials-refused' },
    { kind: 'code-refused', code: 'motp', clockDifferenceSeconds: 3 },
    { kind: 'locked-out', retryAfterSeconds: 60 },
    { kind: 'no-address', reason: 'pool-exhausted' },
    { kind: 'router-closed', when: 'connected' },
    { kind: 'protocol-error', code: 'frame-version', detail: '' },
    { kind: 'timed-out', stage: 'second-step', seconds: 120 },
  ])('never after $kind', (cause) => {
    const it = connectedWithPassword();
    it.fails(cause, true);
    expect(it.state).toEqual({ state: 'failed', since: it.now, cause });
    const later = connectedWithPassword();
    later.fails(LOST, true);
    later.send({ kind: 'retry-due' });
    later.fails(cause);
    expect(later.state).toEqual({ state: 'failed', since: later.now, cause });
  });

  test('never when the profile says no, and never when there was no tunnel', () => {
    const it = connectedWithPassword({ advanced: { reconnect: false } });
    it.fails(LOST, true);
    expect(it.state).toEqual({ state: 'failed', since: it.now, cause: LOST });
    const first = driver();
    first.connect(STORED);
    first.fails(LOST);
    expect(first.state).toEqual({ state: 'failed', since: first.now, cause: LOST });
  });

  test('"Disconnect" while waiting stops the timer', () => {
    const it = connectedWithPassword();
    it.fails(LOST, true);
    it.send({ kind: 'disconnect' });
    expect(it.effects('stop-retry-timer')).toHaveLength(1);
    it.send({ kind: 'retry-due' });
    expect(it.state).toEqual({ state: 'disconnected' });
  });

  test('"Connect now" while waiting makes the attempt at once, and no second one when the wait would be over', () => {
    const it = connectedWithPassword();
    it.fails(LOST, true);
    it.send({ kind: 'retry-asked-for' });
    expect(it.effects('stop-retry-timer')).toHaveLength(1);
    expect(it.state).toMatchObject({ state: 'connecting', attempt: 1 });
    it.send({ kind: 'retry-asked-for' });
    it.send({ kind: 'retry-due' });
    expect(it.started).toHaveLength(2);
    it.fails({ kind: 'network-unreachable', host: 'vpn.example.com' });
    expect(it.state).toMatchObject({ state: 'waiting', attempt: 2 });
  });
});

describe('a router that stops answering after refusals', () => {
  function refusedTimes(times: number): ConnectionModelDriver {
    const it = driver();
    for (let i = 0; i < times; i++) {
      it.connect(NO_SECRETS);
      it.submit('wrong-password');
      it.fails({ kind: 'credentials-refused' });
    }
    it.connect(NO_SECRETS);
    it.submit('another');
    it.said({ kind: 'stage', stage: 'securing' });
    return it;
  }
  const CLOSED: FailureCause = { kind: 'router-closed', when: 'securing' };

  test('has locked us out', () => {
    const it = refusedTimes(3);
    it.fails(CLOSED);
    expect(it.state).toEqual({
      state: 'failed',
      since: it.now,
      cause: { kind: 'locked-out', retryAfterSeconds: undefined },
    });
  });

  test('has not, when there were few, or long ago', () => {
    const few = refusedTimes(2);
    few.fails(CLOSED);
    expect(few.state).toEqual({ state: 'failed', since: few.now, cause: CLOSED });
    const old = refusedTimes(3);
    old.now += 31 * 60_000;
    old.fails(CLOSED);
    expect(old.state).toEqual({ state: 'failed', since: old.now, cause: CLOSED });
  });
});

describe('history', () => {
  test('an entry when the user ends it, with what was moved', () => {
    const it = connectedWithPassword();
    const startedAt = it.now;
    it.now += 60_000;
    it.send({ kind: 'disconnect' });
    expect(it.state).toEqual({ state: 'disconnecting' });
    it.ends({ kind: 'cancelled' }, { receivedBytes: 7, sentBytes: 9 });
    expect(it.state).toEqual({ state: 'disconnected' });
    expect(it.effects('record')).toEqual([
      {
        kind: 'record',
        entry: {
          profileId: it.model.profile.id,
          profileName: 'Office',
          startedAt,
          endedAt: startedAt + 60_000,
          address: tunnel.address,
          receivedBytes: 7,
          sentBytes: 9,
          end: 'user',
        },
      },
    ]);
  });

  test.each([
    [
      'ended by the user',
      (it: ConnectionModelDriver) => it.send({ kind: 'disconnect' }),
      { kind: 'cancelled' },
    ],
    ['lost', () => undefined, { kind: 'failed', cause: LOST, wasConnected: true }],
  ] as const)('%s: it lasted from when it was connected, not from when it was begun', (_how, before, end) => {
    const it = driver();
    it.connect(STORED);
    // Nine seconds for a code that was not used yet, for example.
    it.now += 9_000;
    it.said({ kind: 'connected', tunnel });
    const connectedAt = it.now;
    it.now += 60_000;
    before(it);
    it.ends(end);
    expect(it.effects('record')).toMatchObject([
      { entry: { startedAt: connectedAt, endedAt: connectedAt + 60_000 } },
    ]);
  });

  test('an entry for an attempt that failed', () => {
    const it = driver();
    it.connect(STORED);
    it.fails({ kind: 'connection-refused', host: 'vpn.example.com', port: 443 });
    expect(it.effects('record')).toMatchObject([
      { entry: { end: 'connection-refused', address: undefined } },
    ]);
  });
});

test('what does not fit is logged and changes nothing', () => {
  const it = driver();
  const before = it.model;
  it.send({ kind: 'retry-due' });
  it.send({ kind: 'retry-asked-for' });
  it.send({ kind: 'certificate-trusted' });
  it.send({ kind: 'session-said', session: 9, event: { kind: 'stage', stage: 'securing' } });
  it.send({ kind: 'secrets-loaded', load: 3, secrets: STORED });
  it.send({ kind: 'second-step-submitted', code: '123456' });
  expect(it.model).toBe(before);
  expect(it.effects('log')).toHaveLength(6);
  expect(JSON.stringify(it.effects('log'))).not.toMatch(/kept-password|123456/);
});

test('where no device can be had nothing is asked and nothing is sent', () => {
  const it = driver({ authentication: 'motp' });
  const cause: FailureCause = { kind: 'device-not-permitted', missing: 'privilege' };
  it.send({ kind: 'connect', device: 'tun' });
  expect(it.effects('prepare')).toEqual([{ kind: 'prepare', load: 1, device: 'tun' }]);
  it.send({ kind: 'device-refused', load: 0, cause });
  expect(it.state).toMatchObject({ state: 'connecting' });
  it.send({ kind: 'device-refused', load: 1, cause });
  expect(it.state).toEqual({ state: 'failed', since: it.now, cause });
  it.send({ kind: 'secrets-loaded', load: 1, secrets: TOKEN });
  expect(it.started).toEqual([]);
});

test('disconnected before the secrets are there, nothing more is prepared', () => {
  const it = driver();
  it.send({ kind: 'connect', device: 'tun' });
  it.send({ kind: 'disconnect' });
  expect(it.effects('stop-preparing')).toHaveLength(1);
  expect(it.state).toEqual({ state: 'disconnected' });
  it.send({ kind: 'secrets-loaded', load: it.model.loads, secrets: STORED });
  expect(it.started).toEqual([]);
});

test('what a run is for holds until its end', () => {
  const it = driver();
  it.send({ kind: 'connect', device: 'none' });
  it.send({ kind: 'secrets-loaded', load: 1, secrets: STORED });
  expect(it.effects('start-session')).toMatchObject([{ device: 'none' }]);
});

test('a profile of another type is refused before anything is asked', () => {
  const it = driver({ serverType: 'openvpn' });
  it.send({ kind: 'connect', device: 'tun' });
  expect(it.state).toEqual({
    state: 'failed',
    since: it.now,
    cause: { kind: 'unsupported-server-type', serverType: 'openvpn' },
  });
});
