import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { TLSSocket, connect, createServer } from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { takeRecordsDirectly } from '../datapath/direct-records.ts';
import { testTls } from '../emulator/testing/test-certificate.ts';

const server = createServer();
const collect = vi.fn<(options: unknown) => void>();

beforeAll(async () => {
  const { own } = await testTls();
  server.setSecureContext({ key: own.keyPem, cert: own.certificatePem });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
beforeEach(() => vi.stubGlobal('gc', collect));
afterEach(() => {
  vi.unstubAllGlobals();
  collect.mockClear();
});
afterAll(() => server.close());

async function pair(): Promise<{ client: TLSSocket; accepted: TLSSocket }> {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const client = connect({ host: '127.0.0.1', port: address.port, rejectUnauthorized: false });
  const [accepted]: unknown[] = await once(server, 'secureConnection');
  if (!(accepted instanceof TLSSocket)) throw new Error('no TLS');
  return { client, accepted };
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Sends `sent` in writes of many lengths, and the end. `heard` is called for each record, by whichever way it came. */
async function receive(sent: Uint8Array, heard: (accepted: TLSSocket) => void): Promise<Arrived> {
  const { client, accepted } = await pair();
  const records: Buffer[] = [];
  let queued = 0;
  const taken = (record: Uint8Array): void => {
    records.push(Buffer.from(record));
    heard(accepted);
  };
  accepted.on('data', (record: Buffer) => {
    queued += 1;
    taken(record);
  });
  takeRecordsDirectly(accepted, taken);
  const ended = once(accepted, 'end');
  for (let at = 0, length = 1; at < sent.length; at += length, length = (length * 7 + 13) % 50_000) {
    client.write(sent.subarray(at, at + length));
  }
  client.end();
  await ended;
  accepted.destroy();
  return { bytes: Buffer.concat(records), records: records.length, queued };
}

interface Arrived {
  readonly bytes: Buffer;
  readonly records: number;
  /** Those that came as 'data'. */
  readonly queued: number;
}

test('records come at once, each of them once, and then the end', async () => {
  const sent = randomBytes(3_000_000);
  const { bytes, records, queued } = await receive(sent, () => {});
  expect(sha256(bytes)).toBe(sha256(sent));
  expect(records).toBeGreaterThan(150);
  expect(queued).toBe(0);
});

test('what comes while the stream is paused stays in its place', async () => {
  const sent = randomBytes(3_000_000);
  let count = 0;
  const { bytes, records, queued } = await receive(sent, (accepted) => {
    count += 1;
    if (count % 3 !== 0) return;
    accepted.pause();
    setImmediate(() => accepted.resume());
  });
  expect(sha256(bytes)).toBe(sha256(sent));
  expect(queued).toBeGreaterThan(0);
  expect(queued).toBeLessThan(records);
});

test('V8 is told to clear its young generation now and then', async () => {
  await receive(randomBytes(40_000_000), () => {});
  expect(collect.mock.calls.length).toBeOneOf([2, 3]);
  expect(collect).toHaveBeenCalledWith({ type: 'minor' });
});

test('where that cannot be told, all goes the usual way', async () => {
  vi.stubGlobal('gc', undefined);
  const sent = randomBytes(500_000);
  const { bytes, records, queued } = await receive(sent, () => {});
  expect(sha256(bytes)).toBe(sha256(sent));
  expect(queued).toBe(records);
});
