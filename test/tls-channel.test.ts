import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import * as tls from 'node:tls';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { certificateFacts } from '../client/session/certificate-facts.ts';
import { judgeCertificate } from '../client/session/certificate-policy.ts';
import { probePlainProtocol } from '../client/session/plain-probe.ts';
import { dialTls, type TlsChannel, type TlsChannelOptions } from '../client/session/tls-channel.ts';
import type { HandshakeFailure } from '../client/session/tls-failure.ts';
import { createCertificate, type RouterCertificate } from '../emulator/certificate.ts';

const LONG_AGO = '2020-01-01T00:00:00Z';
const LONG_HENCE = '2120-01-01T00:00:00Z';

let certificate: RouterCertificate;
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  certificate = await createCertificate({
    issuer: 'self-signed',
    commonName: 'Vigor Router',
    names: ['localhost', '127.0.0.1'],
    validFrom: LONG_AGO,
    validTo: LONG_HENCE,
  });
});

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function listen(server: Server, host = '127.0.0.1', port = 0): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(port, host);
  await once(server, 'listening');
  closing.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  const address = server.address();
  return isAddress(address) ? address.port : 0;
}

function isAddress(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === 'object' && address !== null;
}

function tlsServer(options: tls.TlsOptions = {}, onSecure?: (socket: tls.TLSSocket) => void): tls.Server {
  const server = tls.createServer({ key: certificate.keyPem, cert: certificate.pem, ...options }, onSecure);
  server.on('tlsClientError', () => undefined);
  return server;
}

type Outcome = { channel: TlsChannel } | { failure: HandshakeFailure; address: string | undefined };

function dial(options: Partial<TlsChannelOptions>): Promise<{ outcome: Outcome; connected: string[] }> {
  const connected: string[] = [];
  return new Promise((resolve) => {
    const full: TlsChannelOptions = {
      server: '127.0.0.1',
      port: 1,
      addresses: ['127.0.0.1'],
      minimumTls: '1.2',
      legacyRenegotiation: false,
      ...options,
    };
    dialTls(full, {
      connected: (address) => connected.push(address),
      opened: (channel) => {
        closing.unshift(async () => {
          if (channel.socket.destroyed) return;
          channel.socket.destroy();
          await once(channel.socket, 'close');
        });
        resolve({ outcome: { channel }, connected });
      },
      failed: (failure, address) => resolve({ outcome: { failure, address }, connected }),
    });
  });
}

async function dialOpen(options: Partial<TlsChannelOptions>): Promise<TlsChannel> {
  const { outcome } = await dial(options);
  if (!('channel' in outcome)) throw new Error(`did not open: ${JSON.stringify(outcome)}`);
  return outcome.channel;
}

async function dialFailure(options: Partial<TlsChannelOptions>): Promise<HandshakeFailure> {
  const { outcome } = await dial(options);
  if (!('failure' in outcome)) throw new Error('opened');
  return outcome.failure;
}

describe('an open channel', () => {
  test('gives cipher, certificate and every byte, those that came before anybody listened first', async () => {
    const port = await listen(
      tlsServer({}, (socket) => {
        socket.write('early ');
        socket.on('data', (bytes) => socket.end(bytes));
      }),
    );
    const channel = await dialOpen({ port });
    expect(channel.cipher).toBe('TLSv1.3 TLS_AES_256_GCM_SHA384');
    expect(channel.address).toBe('127.0.0.1');
    expect(certificateFacts(channel.certificate)).toEqual({
      fingerprint: certificate.fingerprint,
      publicKeySha256: certificate.publicKeySha256,
      subject: 'O=DrayTek Corp., CN=Vigor Router',
      issuer: 'O=DrayTek Corp., CN=Vigor Router',
      names: ['localhost', '127.0.0.1'],
      validFrom: '2020-01-01T00:00:00.000Z',
      validTo: '2120-01-01T00:00:00.000Z',
    });
    const ended = once(channel.socket, 'end');
    let text = '';
    channel.receive((chunk) => (text += Buffer.from(chunk).toString()));
    channel.socket.write('echo');
    await ended;
    expect(text).toBe('early echo');
  });

  test('TLS 1.2 names its suite too', async () => {
    const port = await listen(tlsServer({ maxVersion: 'TLSv1.2' }));
    const channel = await dialOpen({ port });
    expect(channel.cipher).toMatch(/^TLSv1\.2 TLS_ECDHE_RSA_WITH_/);
  });

  test('a server that talks without end before it is asked is cut off', async () => {
    const port = await listen(tlsServer({}, (socket) => socket.write(Buffer.alloc(100_000))));
    const channel = await dialOpen({ port });
    await once(channel.socket, 'close');
    expect(channel.socket.bytesRead).toBeLessThan(100_000);
  });
});

describe('the certificate', () => {
  async function verdict(request: Partial<Parameters<typeof createCertificate>[0]>, server = '127.0.0.1') {
    const made = await createCertificate({
      issuer: 'self-signed',
      commonName: 'Vigor Router',
      names: ['127.0.0.1', 'localhost'],
      validFrom: LONG_AGO,
      validTo: LONG_HENCE,
      ...request,
    });
    const authorities = tls.getCACertificates('default');
    if (made.caPem !== undefined) tls.setDefaultCACertificates([...authorities, made.caPem]);
    try {
      const port = await listen(tlsServer({ key: made.keyPem, cert: made.pem }));
      const channel = await dialOpen({ port, server });
      const presented = {
        facts: certificateFacts(channel.certificate),
        verifyError: channel.verifyError,
      };
      const decision = judgeCertificate(
        presented,
        { verify: true, trustedPublicKeySha256: undefined },
        Date.now(),
      );
      if (decision.accepted) return decision.because;
      return decision.cause.kind === 'certificate-unknown' ? decision.cause.problem : decision.cause.kind;
    } finally {
      tls.setDefaultCACertificates(authorities);
    }
  }

  test('self-signed', async () => {
    expect(await verdict({})).toBe('self-signed');
  });

  test('without names in it, as older routers make them', async () => {
    expect(await verdict({ names: [] })).toBe('self-signed');
  });

  test('expired', async () => {
    expect(await verdict({ validTo: '2021-01-01T00:00:00Z' })).toBe('expired');
  });

  test('not yet valid', async () => {
    expect(await verdict({ validFrom: '2119-01-01T00:00:00Z' })).toBe('not-yet-valid');
  });

  test('by a known authority, for this address and for this name', async () => {
    expect(await verdict({ issuer: 'own-ca' })).toBe('authority');
    expect(await verdict({ issuer: 'own-ca', names: ['localhost'] }, 'localhost.')).toBe('authority');
  });

  test('by a known authority for somebody else', async () => {
    expect(await verdict({ issuer: 'own-ca', names: ['vpn.example.com'] })).toBe('wrong-name');
    expect(await verdict({ issuer: 'own-ca', names: ['vpn.example.com'] }, 'localhost')).toBe('wrong-name');
  });
});

describe('nothing to talk to', () => {
  test('a closed port refuses', async () => {
    expect(await dialFailure({ port: 1 })).toEqual({
      plain: false,
      cause: { kind: 'connection-refused', host: '127.0.0.1', port: 1 },
    });
  });

  test('a refusal says more than an address family without a route', async () => {
    const failure = await dialFailure({ addresses: ['2001:db8::1', '127.0.0.1'], server: 'vpn.example.com' });
    expect(failure).toMatchObject({ cause: { kind: 'connection-refused', host: 'vpn.example.com' } });
  });

  test('the second address answers where the first refuses', async () => {
    const port = await listen(tlsServer(), '127.0.0.2');
    const { outcome, connected } = await dial({ port, addresses: ['127.0.0.1', '127.0.0.2'] });
    expect(connected).toEqual(['127.0.0.2']);
    expect(outcome).toHaveProperty('channel.address', '127.0.0.2');
  });
});

describe('not TLS', () => {
  async function refusal(greet: (socket: Socket) => void) {
    const port = await listen(createServer(greet));
    const failure = await dialFailure({ port });
    const found = await probePlainProtocol('127.0.0.1', port, new AbortController().signal);
    return { plain: failure.plain, found };
  }

  test('an SSH server', async () => {
    const seen = await refusal((socket) => socket.write('SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n'));
    expect(seen).toEqual({ plain: true, found: 'ssh' });
  });

  test('a web server', async () => {
    const seen = await refusal((socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
    );
    expect(seen).toEqual({ plain: true, found: 'http' });
  });

  test('a mail server', async () => {
    const seen = await refusal((socket) => socket.write('220 mail.example.com ESMTP\r\n'));
    expect(seen).toEqual({ plain: true, found: 'other' });
  });

  test('the probe says nothing about a port that does speak TLS, and can be called off', async () => {
    const port = await listen(tlsServer());
    expect(await probePlainProtocol('127.0.0.1', port, new AbortController().signal)).toBeUndefined();
    expect(await probePlainProtocol('127.0.0.1', port, AbortSignal.abort())).toBeUndefined();
  });
});

describe('TLS that fails', () => {
  test('an older TLS than the profile allows', async () => {
    const port = await listen(tlsServer({ maxVersion: 'TLSv1.2' }));
    expect(await dialFailure({ port, minimumTls: '1.3' })).toMatchObject({
      plain: false,
      cause: { kind: 'tls-failed', needs: 'older-tls' },
    });
  });

  test('no cipher in common', async () => {
    const port = await listen(tlsServer({ maxVersion: 'TLSv1.2', ciphers: 'NULL-SHA256:@SECLEVEL=0' }));
    expect(await dialFailure({ port })).toMatchObject({
      cause: { kind: 'tls-failed', needs: undefined, reason: expect.stringMatching(/^ERR_SSL_/) },
    });
  });

  test('the router hangs up inside the handshake', async () => {
    const port = await listen(createServer((socket) => socket.once('data', () => socket.end())));
    expect(await dialFailure({ port })).toEqual({
      plain: false,
      cause: { kind: 'router-closed', when: 'securing' },
    });
  });

  test('the connection breaks inside the handshake', async () => {
    const port = await listen(createServer((socket) => socket.once('data', () => socket.resetAndDestroy())));
    expect(await dialFailure({ port })).toEqual({
      plain: false,
      cause: { kind: 'link-lost', reason: 'ECONNRESET' },
    });
  });
});

test('a dialling that is abandoned calls nobody and closes its sockets', async () => {
  const server = createServer();
  const port = await listen(server);
  const heard: string[] = [];
  const accepted = once(server, 'connection');
  const dialling = dialTls(
    {
      server: '127.0.0.1',
      port,
      addresses: ['127.0.0.1'],
      minimumTls: '1.2',
      legacyRenegotiation: false,
    },
    {
      connected: () => heard.push('connected'),
      opened: () => heard.push('opened'),
      failed: () => heard.push('failed'),
    },
  );
  const [peer] = await accepted;
  dialling.abandon();
  await once(peer, 'close');
  expect(heard.filter((word) => word !== 'connected')).toEqual([]);
});
