import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { PppDriver } from '../client/session/ppp-driver.ts';
import type { SessionCredentials } from '../client/session/session-types.ts';
import { TunnelLink } from '../datapath/tunnel-link.ts';
import { createCertificate, type RouterCertificate } from '../emulator/certificate.ts';
import { createPppServer } from '../emulator/ppp-server.ts';
import { encodeControlPacket } from '../shared/protocol/control-packet.ts';
import { RequestHeadParser } from '../shared/protocol/http-connect.ts';
import { encodeAuthentication } from '../shared/protocol/lcp.ts';
import { encodeOptions } from '../shared/protocol/options.ts';
import { PppProtocol } from '../shared/protocol/ppp-frame.ts';
import { NO_QUIRKS } from './support/ppp-pair.ts';
import { causeOf, sessionOptionsFor, SessionTrial } from './support/session-trial.ts';

/** A router that negotiates LCP anew under a standing tunnel, which RFC 1661 §3.4 lets every peer do. */

let certificate: RouterCertificate;
let server: Server;
let port: number;
let link: TunnelLink | undefined;
/** Every password that came by PAP. */
let received: string[];
/** Called with the number of times that the link has opened. */
let opened: (times: number) => void;
/** Called while the client waits for the answer to its password. */
let signingIn: () => void;
/** Milliseconds after which the router looks at what it was sent. */
let slowness: number;

beforeAll(async () => {
  certificate = await createCertificate({
    issuer: 'self-signed',
    commonName: 'Vigor Router',
    names: [],
    validFrom: '2020-01-01T00:00:00Z',
    validTo: '2049-12-31T23:59:59Z',
  });
  server = createServer({ key: certificate.keyPem, cert: certificate.pem }, serve);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  port = typeof address === 'object' ? (address?.port ?? 0) : 0;
});

beforeEach(() => {
  received = [];
  opened = () => undefined;
  signingIn = () => undefined;
  slowness = 0;
});

afterEach(() => link?.destroy());
afterAll(() => server.close());

function serve(socket: TLSSocket): void {
  socket.on('error', () => undefined);
  const parser = new RequestHeadParser();
  const onData = (chunk: Uint8Array): void => {
    const progress = parser.push(chunk);
    if (!progress.ok || !progress.value.done) return;
    socket.removeListener('data', onData);
    socket.write('HTTP/1.0 200 OK\r\n\r\n');
    serveTunnel(socket);
  };
  socket.on('data', onData);
}

function serveTunnel(socket: TLSSocket): void {
  let times = 0;
  const ppp = createPppServer({
    authentication: ['PAP'],
    quirks: NO_QUIRKS,
    mru: 1500,
    gateway: '192.168.240.1',
    dns: [],
    name: 'Vigor',
    random: (length) => randomBytes(length),
    authenticate: (_userName, matches) => {
      signingIn();
      received.push(['6ed4e4', 'correct-horse'].find((password) => matches(password)) ?? 'another');
      return { ok: true };
    },
    assignAddress: () => '192.168.240.10',
  });
  const tunnel = new TunnelLink(socket, {
    control: (protocol, information) => {
      if (slowness === 0) driver.receive(protocol, information);
      else setTimeout(() => driver.receive(protocol, information), slowness);
    },
    packet: () => undefined,
    keepAliveReply: () => undefined,
    closed: () => driver.stop(),
    drain: () => undefined,
  });
  const driver = new PppDriver(ppp, tunnel, (event) => {
    if (event.kind === 'opened') opened((times += 1));
  });
  link = tunnel;
  driver.start();
}

/** The client's own Configure-Request, which this brings about, takes the PPP server along. */
function renegotiate(): void {
  const options = encodeOptions([encodeAuthentication('PAP')]);
  link?.sendControl(PppProtocol.lcp, encodeControlPacket(1, 99, options));
}

function attempt(credentials: SessionCredentials): SessionTrial {
  const { publicKeySha256 } = certificate;
  const router = { host: '127.0.0.1', port, certificate: { publicKeySha256 } };
  return new SessionTrial(sessionOptionsFor(router, { credentials }));
}

test('an ordinary password signs in again, and the tunnel stands', async () => {
  const trial = attempt({ kind: 'password', userName: 'alice', password: 'correct-horse' });
  await trial.connected();
  const openedAgain = new Promise<void>((resolve) => {
    opened = (times) => {
      if (times === 2) resolve();
    };
  });
  renegotiate();
  await openedAgain;
  expect(received).toEqual(['correct-horse', 'correct-horse']);
  await trial.session.cancel();
  expect(await trial.session.ended).toEqual({ kind: 'cancelled' });
});

test('however often that happens: the time that one took is not taken from the next', async () => {
  const trial = attempt({ kind: 'password', userName: 'alice', password: 'correct-horse' });
  await trial.connected();
  // Each sign-in is made to look as if it had taken the client 29 of its 30 seconds.
  let late = 0;
  const now = performance.now.bind(performance);
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now() + late);
  onTestFinished(() => clock.mockRestore());
  signingIn = () => (late += 29_000);
  slowness = 10;
  for (const time of [2, 3, 4, 5]) {
    const openedAgain = new Promise<void>((resolve) => {
      opened = (times) => {
        if (times === time) resolve();
      };
    });
    renegotiate();
    await Promise.race([openedAgain, trial.session.ended]);
  }
  await trial.session.cancel();
  expect(await trial.session.ended).toEqual({ kind: 'cancelled' });
});

test('a one-time code is not sent again: the link counts as lost, which a fresh code mends', async () => {
  const trial = attempt({ kind: 'code', userName: 'alice', code: '6ed4e4' });
  await trial.connected();
  renegotiate();
  const end = await trial.session.ended;
  expect(causeOf(end)).toMatchObject({ kind: 'link-lost' });
  expect(end).toMatchObject({ wasConnected: true });
  expect(received).toEqual(['6ed4e4']);
});
