import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Duplex, PassThrough } from 'node:stream';
import tls from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FaultInput } from './faults.ts';
import { type Router, startRouter } from './router.ts';
import {
  type NegotiationEnd,
  type RawConnection,
  bringUp,
  connectRequest,
  connectTcp,
  connectTls,
  dial,
  negotiate,
} from './testing/raw-client.ts';
import { testTls } from './testing/test-certificate.ts';
import { syslogHas } from './testing/waiting.ts';

const ALICE = { userName: 'alice', password: 'open sesame' };
/** A ClientHello's record header and its first bytes: enough for the router to see that one comes. */
const HELLO = Buffer.from('16030100050100000100', 'hex');

const KEEP_ALIVE = Buffer.from('0200001052455155455354203000000000000000', 'hex');

let router: Router;
let open: RawConnection[] = [];
beforeEach(async () => {
  router = await startRouter({ listen: { port: 0 }, users: [ALICE], tls: await testTls() });
});
afterEach(async () => {
  for (const connection of open) connection.close();
  open = [];
  await router.close();
  if (router.openConnections > 0) throw new Error('connections were left behind');
});

function keep<T extends RawConnection>(connection: T): T {
  open.push(connection);
  return connection;
}

/** Everything goes well after the fault is spent. */
async function goesWell(): Promise<void> {
  keep((await bringUp(router.port, ALICE)).connection);
}

/**
 * `silence`: nothing was sent and nothing ended while the router answered somebody else, which takes
 * longer than an answer to us would have.
 */
async function hears(connection: RawConnection): Promise<string> {
  const something = Promise.race([
    connection.read(1).then((byte) => (byte === undefined ? 'the end' : `byte ${byte[0]}`)),
    connection.ended,
  ]);
  return Promise.race([something, goesWell().then(() => 'silence')]);
}

describe('at tcp', () => {
  async function strike(action: 'stall' | 'drop' | 'close' | 'half-close' | 'ssh-banner') {
    await router.setFaults([{ stage: 'tcp', action, sessions: 1 }]);
    const connection = keep(await connectTcp(router.port));
    connection.send(HELLO);
    return connection;
  }

  test('refuse: nothing listens, until the fault is taken back', async () => {
    await router.setFaults([{ stage: 'tcp', action: 'refuse' }]);
    await expect(connectTcp(router.port)).rejects.toThrow('ECONNREFUSED');
    await router.setFaults([]);
    await goesWell();
  });

  test('stall', async () => {
    expect(await hears(await strike('stall'))).toBe('silence');
  });

  test('drop', async () => {
    // the reset may come before or after the client has heard that it is connected
    const outcome = strike('drop').then((connection) => connection.ended, String);
    expect(await outcome).toMatch(/reset|ECONNRESET/);
    await goesWell();
  });

  test('close', async () => {
    expect(await (await strike('close')).ended).toBe('end');
    await goesWell();
  });

  test('half-close', async () => {
    const connection = await strike('half-close');
    expect(await connection.ended).toBe('end');
    await goesWell();
  });

  test('ssh-banner', async () => {
    const connection = await strike('ssh-banner');
    expect((await connection.read(8))?.toString()).toBe('SSH-2.0-');
    await goesWell();
  });
});

describe('at tls', () => {
  async function strike(fault: Extract<FaultInput, { stage: 'tls' }>) {
    await router.setFaults([{ ...fault, sessions: 1 }]);
    const connection = keep(await connectTcp(router.port));
    connection.send(HELLO);
    return connection;
  }

  test('refuse: a fatal alert', async () => {
    const connection = await strike({ stage: 'tls', action: 'refuse' });
    expect((await connection.readAll()).toString('hex')).toBe('15030300020228');
    await router.setFaults([{ stage: 'tls', action: 'refuse', sessions: 1 }]);
    await expect(connectTls(router.port)).rejects.toThrow('handshake failure');
    await goesWell();
  });

  test('stall', async () => {
    expect(await hears(await strike({ stage: 'tls', action: 'stall' }))).toBe('silence');
  });

  test('drop', async () => {
    expect(await (await strike({ stage: 'tls', action: 'drop' })).ended).toBe('reset');
    await goesWell();
  });

  test.each(['close', 'half-close'] as const)('%s', async (action) => {
    const connection = await strike({ stage: 'tls', action });
    expect(await connection.readAll()).toHaveLength(0);
    await goesWell();
  });

  test('garbage', async () => {
    const connection = await strike({ stage: 'tls', action: 'garbage' });
    expect((await connection.read(512))?.[0]).toBe(0xe7);
    await goesWell();
  });

  test('oversized', async () => {
    const connection = await strike({ stage: 'tls', action: 'oversized' });
    expect((await connection.read(5))?.toString('hex')).toBe('160303ffff');
    await goesWell();
  });

  test('truncated', async () => {
    const connection = await strike({ stage: 'tls', action: 'truncated' });
    expect((await connection.readAll()).toString('hex')).toBe('160303005a0200');
    await goesWell();
  });

  test('plain-http', async () => {
    const connection = await strike({ stage: 'tls', action: 'plain-http' });
    expect(await connection.readHead()).toMatch(/^HTTP\/1\.0 400 Bad Request\r\n/);
    await goesWell();
  });

  test('slow: the handshake comes a byte at a time', async () => {
    await router.setFaults([{ stage: 'tls', action: 'slow', millisecondsPerByte: 1, sessions: 1 }]);
    const { socket } = keep(await connectTcp(router.port));
    const chunks: number[] = [];
    const counted = new PassThrough();
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk.length);
      counted.write(chunk);
    });
    const transport = Duplex.from({ readable: counted, writable: socket });
    transport.on('error', () => undefined);
    const client = tls.connect({ socket: transport, rejectUnauthorized: false, maxVersion: 'TLSv1.2' });
    await once(client, 'secureConnect');
    client.on('error', () => undefined);
    expect(chunks.length).toBeGreaterThan(500);
    client.destroy();
  });
});

describe('at connect', () => {
  async function strike(fault: Extract<FaultInput, { stage: 'connect' }>) {
    await router.setFaults([{ ...fault, sessions: 1 }]);
    const connection = keep(await connectTls(router.port));
    connection.send(connectRequest(ALICE.userName, ALICE.password));
    return connection;
  }

  test('refuse', async () => {
    expect(await (await strike({ stage: 'connect', action: 'refuse' })).readHead()).toMatch(
      /^HTTP\/1\.0 403 /,
    );
    await goesWell();
  });

  test('http-status', async () => {
    const connection = await strike({ stage: 'connect', action: 'http-status', status: 502 });
    expect(await connection.readHead()).toMatch(/^HTTP\/1\.0 502 Bad Gateway\r\n/);
    expect(await connection.ended).toBe('end');
    await goesWell();
  });

  test('stall', async () => {
    expect(await hears(await strike({ stage: 'connect', action: 'stall' }))).toBe('silence');
  });

  test('drop', async () => {
    expect(await (await strike({ stage: 'connect', action: 'drop' })).ended).toBe('reset');
    await goesWell();
  });

  test.each(['close', 'half-close'] as const)('%s', async (action) => {
    const connection = await strike({ stage: 'connect', action });
    expect(await connection.readAll()).toHaveLength(0);
    expect(await connection.ended).toBe('end');
    await goesWell();
  });

  test('garbage', async () => {
    const connection = await strike({ stage: 'connect', action: 'garbage' });
    expect((await connection.read(512))?.subarray(-4).toString('latin1')).toBe('\r\n\r\n');
    await goesWell();
  });

  test('oversized', async () => {
    const connection = await strike({ stage: 'connect', action: 'oversized' });
    expect((await connection.read(64 * 1024))?.includes('\r\n\r\n')).toBe(false);
    await goesWell();
  });

  test('truncated', async () => {
    const connection = await strike({ stage: 'connect', action: 'truncated' });
    expect((await connection.readAll()).toString('latin1')).toBe('HTTP/1.0 200 OK\r\nServer: Dray');
    await goesWell();
  });

  test('a page visited meanwhile does not use the fault up', async () => {
    await router.setFaults([{ stage: 'connect', action: 'http-status', status: 418, sessions: 1 }]);
    const page = keep(await connectTls(router.port));
    page.send(Buffer.from('GET / HTTP/1.0\r\n\r\n'));
    expect(await page.readHead()).toMatch(/^HTTP\/1\.0 200 /);
    expect((await dial(router.port, ALICE)).status).toBe(418);
    await goesWell();
  });

  test('slow: all goes well, a byte at a time', async () => {
    await router.setFaults([{ stage: 'connect', action: 'slow', millisecondsPerByte: 1, sessions: 1 }]);
    const { connection, status } = await dial(router.port, ALICE);
    let records = 0;
    connection.socket.on('data', () => {
      records += 1;
    });
    expect(status).toBe(200);
    expect((await negotiate(keep(connection), ALICE)).kind).toBe('up');
    expect(records).toBeGreaterThan(100);
  });
});

/** The session runs into the fault and tells how that looked from the client's end. */
const STAGES = ['lcp', 'authentication', 'ipcp'] as const;
describe.each(STAGES)('at %s', (stage) => {
  async function strike(
    fault: FaultInput,
  ): Promise<{ connection: RawConnection; end: Promise<NegotiationEnd> }> {
    await router.setFaults([fault]);
    const { connection } = await dial(router.port, ALICE);
    return { connection: keep(connection), end: negotiate(connection, ALICE) };
  }

  test('refuse', async () => {
    const { connection, end } = await strike({ stage, action: 'refuse', sessions: 1 });
    expect(await end).toMatchObject(
      {
        lcp: { kind: 'ended', by: 'terminate' },
        authentication: { kind: 'refused', message: 'Login incorrect' },
        ipcp: { kind: 'ended', by: 'protocol-reject' },
      }[stage],
    );
    connection.close();
    await goesWell();
  });

  test('stall', async () => {
    const { connection, end } = await strike({ stage, action: 'stall', sessions: 1 });
    const other = goesWell().then(() => 'silence');
    expect(await Promise.race([end, other])).toBe('silence');
    connection.send(KEEP_ALIVE);
    expect(await Promise.race([end, goesWell().then(() => 'silence')])).toBe('silence');
  });

  test('drop', async () => {
    const { connection, end } = await strike({ stage, action: 'drop', sessions: 1 });
    expect(await end).toEqual({ kind: 'ended', by: 'stream' });
    expect(await connection.ended).toBe('reset');
    await goesWell();
  });

  test('close', async () => {
    const { connection, end } = await strike({ stage, action: 'close', sessions: 1 });
    expect(await end).toEqual({ kind: 'ended', by: 'close' });
    expect(await connection.ended).toBe('end');
    await goesWell();
  });

  test('half-close', async () => {
    const { connection, end } = await strike({ stage, action: 'half-close', sessions: 1 });
    expect(await end).toEqual({ kind: 'ended', by: 'stream' });
    expect(await connection.ended).toBe('end');
    await goesWell();
  });

  test('garbage', async () => {
    const { end } = await strike({ stage, action: 'garbage', sessions: 1 });
    await expect(end).rejects.toThrow('frame of version 91');
    await goesWell();
  });

  test('oversized', async () => {
    const { connection, end } = await strike({ stage, action: 'oversized', sessions: 1 });
    const outcome = end.catch(String);
    const other = goesWell().then(() => 'waits for the rest of the frame');
    expect(await Promise.race([outcome, other])).toBe('waits for the rest of the frame');
    connection.close();
  });

  test('truncated', async () => {
    const { connection, end } = await strike({ stage, action: 'truncated', sessions: 1 });
    expect(await end).toEqual({ kind: 'ended', by: 'stream' });
    expect((await connection.readAll()).toString('hex')).toBe('ff03002145');
    await goesWell();
  });

  test('slow: all goes well all the same', async () => {
    const { end } = await strike({ stage, action: 'slow', millisecondsPerByte: 1, sessions: 1 });
    expect((await end).kind).toBe('up');
  });

  test('renegotiate: all goes well over TLS 1.2', async () => {
    const { connection, end } = await strike({ stage, action: 'renegotiate', sessions: 1 });
    expect((await end).kind).toBe('up');
    const { socket } = connection;
    expect(socket instanceof tls.TLSSocket ? socket.getProtocol() : '').toBe('TLSv1.2');
  });
});

describe('when connected', () => {
  async function strike(fault: Extract<FaultInput, { stage: 'connected' }>) {
    await router.setFaults([{ ...fault, afterMilliseconds: 0, sessions: 1 }]);
    const { connection } = await bringUp(router.port, ALICE);
    return keep(connection);
  }

  /** The router too knows of the tunnel, and its timer for the fault, begun before ours, has run. */
  async function struck(): Promise<void> {
    await syslogHas(router, '[H2L][UP][SSLTunnel][@alice]');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }

  test('drop', async () => {
    expect(await (await strike({ stage: 'connected', action: 'drop' })).ended).toBe('reset');
    await goesWell();
    expect(router.connections()).toHaveLength(1);
  });

  test('close', async () => {
    const connection = await strike({ stage: 'connected', action: 'close' });
    expect((await connection.readAll()).toString('hex')).toBe('01000000');
    await goesWell();
  });

  test('half-close', async () => {
    const connection = await strike({ stage: 'connected', action: 'half-close' });
    expect(await connection.readAll()).toHaveLength(0);
    expect(await connection.ended).toBe('end');
  });

  test('expire', async () => {
    const connection = await strike({ stage: 'connected', action: 'expire' });
    expect((await connection.readAll()).toString('hex')).toMatch(/^0000....ff03c02105.*01000000$/);
    expect(router.syslog.lines()).toContain('[H2L][DOWN][SSLTunnel][@alice]');
  });

  test.each([
    ['garbage', 'e75b'],
    ['oversized', '0000ffff'],
    ['truncated', '00000064ff03002145'],
  ] as const)('%s', async (action, hex) => {
    const connection = await strike({ stage: 'connected', action });
    expect((await connection.read(hex.length / 2))?.toString('hex')).toBe(hex);
  });

  test('stall: keep-alives are not answered, nor anything else', async () => {
    const connection = await strike({ stage: 'connected', action: 'stall' });
    await struck();
    connection.send(KEEP_ALIVE);
    connection.sendControl('c021', 9, 1, '12345678');
    expect(await hears(connection)).toBe('silence');
  });

  test('silent: keep-alives are not answered, echo requests are', async () => {
    const connection = await strike({ stage: 'connected', action: 'silent' });
    await struck();
    connection.send(KEEP_ALIVE);
    connection.sendControl('c021', 9, 42, '12345678');
    expect(await connection.readControl()).toMatchObject({ protocol: 'c021', code: 10, id: 42 });
  });

  test('slow', async () => {
    const connection = await strike({ stage: 'connected', action: 'slow', millisecondsPerByte: 1 });
    connection.send(KEEP_ALIVE);
    expect((await connection.readFrame())?.command).toBe(3);
  });

  test('renegotiate: the tunnel works on', async () => {
    const connection = await strike({ stage: 'connected', action: 'renegotiate' });
    for (let id = 0; id < 10; id += 1) {
      connection.sendControl('c021', 9, id, '12345678');
      expect(await connection.readControl()).toMatchObject({ code: 10, id });
    }
  });
});

test('for all sessions, until taken back', async () => {
  await router.setFaults([{ stage: 'connect', action: 'http-status', status: 500 }]);
  for (let i = 0; i < 3; i += 1) expect((await dial(router.port, ALICE)).status).toBe(500);
  await router.setFaults([]);
  await goesWell();
});

test('whatever bytes a client sends, before TLS, in it and in the tunnel, the router lives on', async () => {
  for (let round = 0; round < 20; round += 1) {
    const tcp = await connectTcp(router.port);
    tcp.send(randomBytes(200));
    const page = await connectTls(router.port);
    page.send(randomBytes(200));
    const { connection } = await dial(router.port, ALICE);
    connection.send(randomBytes(200));
    open.push(tcp, page, connection);
  }
  expect((await bringUp(router.port, ALICE)).address).toBe('192.168.240.10');
});
