import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { createCertificate } from './certificate.ts';
import type { RouterConfigInput } from './config.ts';
import { type Router, type RouterDependencies, startRouter } from './router.ts';
import { connectTls, dial } from './testing/raw-client.ts';
import { htmlAnswer } from './http-message.ts';
import type { WebRequest } from './web-pages.ts';

const NOW = 1_658_922_980_000;

let router: Router | undefined;
afterEach(async () => {
  await router?.close();
  router = undefined;
});

async function start(config: RouterConfigInput = {}, dependencies: RouterDependencies = {}): Promise<Router> {
  router = await startRouter({ ...config, listen: { port: 0 } }, { clock: () => NOW, ...dependencies });
  return router;
}

async function ask(port: number, request: string): Promise<string> {
  const connection = await connectTls(port);
  connection.send(Buffer.from(request, 'latin1'));
  return (await connection.readAll()).toString('latin1');
}

describe('the web server on the SSL port', () => {
  test('shows a page, calls itself by its name, and closes', async () => {
    const { port } = await start();
    expect(await ask(port, 'GET / HTTP/1.0\r\n\r\n')).toMatch(
      /^HTTP\/1\.0 200 OK\r\nServer: DrayWeb\/0\.0\.2\r\nDate: Wed, 27 Jul 2022 11:56:20 GMT\r\nContent-Type: text\/html; charset=utf-8\r\nContent-Length: \d+\r\n\r\n<!DOCTYPE html>/,
    );
  });

  test('leaves the Date out when told so', async () => {
    const { port } = await start({ http: { date: false } });
    expect(await ask(port, 'GET / HTTP/1.0\r\n\r\n')).not.toContain('Date:');
    expect((await dial(port, { userName: 'a', password: 'b' })).head).not.toContain('Date:');
  });

  test.each([
    ['POST / HTTP/1.0\r\nContent-Length: 3\r\n\r\na=b', 'HTTP/1.0 501 Not Implemented'],
    ['DELETE / HTTP/1.0\r\n\r\n', 'HTTP/1.0 501 Not Implemented'],
    ['GET /none HTTP/1.0\r\n\r\n', 'HTTP/1.0 404 Not Found'],
    ['GET /%zz HTTP/1.0\r\n\r\n', 'HTTP/1.0 400 Bad Request'],
    ['CONNECT example.com:443 HTTP/1.0\r\n\r\n', 'HTTP/1.0 400 Bad Request'],
    ['CONNECT / HTTP/1.0\r\n\r\n', 'HTTP/1.0 401 Unauthorized'],
    ['POST / HTTP/1.0\r\nContent-Length: 9999999\r\n\r\n', 'HTTP/1.0 413 Payload Too Large'],
    ['POST / HTTP/1.0\r\nContent-Length: -1\r\n\r\n', 'HTTP/1.0 400 Bad Request'],
    ['nonsense\r\n', 'HTTP/1.0 400 Bad Request'],
    [`GET / HTTP/1.0\r\nX: ${'x'.repeat(9000)}`, 'HTTP/1.0 400 Bad Request'],
  ])('%j', async (request, line) => {
    const { port } = await start();
    const answer = await ask(port, request);
    expect(answer.slice(0, answer.indexOf('\r\n'))).toBe(line);
  });

  test('HEAD has the length and no body', async () => {
    const { port } = await start();
    expect(await ask(port, 'HEAD / HTTP/1.0\r\n\r\n')).toMatch(/Content-Length: \d+\r\n\r\n$/);
  });

  test('pages of a later day get path, query, body and address', async () => {
    const asked: WebRequest[] = [];
    const pages = {
      answer(request: WebRequest) {
        asked.push(request);
        return Promise.resolve(htmlAnswer(200, 'seen'));
      },
    };
    const { port } = await start({}, { pages });
    const answer = await ask(
      port,
      'POST /weblogin.htm%20?a=b HTTP/1.0\r\nX-One: two\r\nContent-Length: 7\r\n\r\nbody=42 and more',
    );
    expect(answer).toMatch(/^HTTP\/1\.0 200 OK\r\n[^]*\r\n\r\nseen$/);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({ method: 'POST', path: '/weblogin.htm ', remoteAddress: '127.0.0.1' });
    expect(asked[0]?.query.get('a')).toBe('b');
    expect(asked[0]?.headers.get('x-one')).toBe('two');
    expect(Buffer.from(asked[0]?.body ?? []).toString()).toBe('body=42');
  });

  test('a client that has ended its own direction gets its answer all the same', async () => {
    let answerSlowPage: () => void = () => undefined;
    const slowPage = new Promise<void>((resolve) => {
      answerSlowPage = resolve;
    });
    const pages = {
      async answer({ path }: WebRequest) {
        if (path === '/slow') await slowPage;
        else answerSlowPage();
        return htmlAnswer(200, path);
      },
    };
    const { port } = await start({}, { pages });
    const connection = await connectTls(port);
    connection.socket.end('GET /slow HTTP/1.0\r\n\r\n');
    await once(connection.socket, 'finish');
    // The router has seen that end by the time it has answered somebody else.
    expect(await ask(port, 'GET /other HTTP/1.0\r\n\r\n')).toMatch(/\/other$/);
    expect((await connection.readAll()).toString('latin1')).toMatch(/^HTTP\/1\.0 200 OK\r\n[^]*\/slow$/);
  });

  test('a page that throws is 500', async () => {
    const pages = { answer: () => Promise.reject(new Error('broken')) };
    const { port } = await start({}, { pages });
    expect(await ask(port, 'GET / HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.0 500 /);
  });

  test('a client that leaves in mid-request leaves nothing behind', async () => {
    const { port } = await start();
    const connection = await connectTls(port);
    connection.send(Buffer.from('GET / HT', 'latin1'));
    connection.socket.end();
    await connection.ended;
    await expect.poll(() => router?.openConnections).toBe(0);
  });
});

describe('the certificate', () => {
  test('from its own authority is vouched for by it, for its names', async () => {
    const vigor = await start({
      tls: { certificate: { issuer: 'own-ca', names: ['vpn.example.com'] } },
    });
    const ca = vigor.certificate.caPem ?? '';
    const connection = await connectTls(vigor.port, { ca, serverName: 'vpn.example.com' });
    connection.close();
    await expect(connectTls(vigor.port, { ca, serverName: 'other.example.com' })).rejects.toThrow(
      "Hostname/IP does not match certificate's altnames",
    );
  });

  test('is shown with the very hashes that clients see, also after it was regenerated', async () => {
    const vigor = await start();
    const seen = async () => {
      const { socket } = await connectTls(vigor.port);
      const certificate = socket instanceof tls.TLSSocket ? socket.getPeerX509Certificate() : undefined;
      socket.destroy();
      return certificate;
    };
    const first = await seen();
    expect(first?.fingerprint256).toBe(vigor.certificate.fingerprint);
    await vigor.regenerateCertificate({ commonName: 'New', validTo: '2021-01-01T00:00:00Z' });
    const second = await seen();
    expect(second?.fingerprint256).toBe(vigor.certificate.fingerprint);
    expect(second?.fingerprint256).not.toBe(first?.fingerprint256);
    expect(second?.subject).toContain('CN=New');
    expect(second?.validToDate.toISOString()).toBe('2021-01-01T00:00:00.000Z');
  });

  test('may be brought along, with the key that belongs to it', async () => {
    const dates = { validFrom: '2024-01-01T00:00:00Z', validTo: '2034-01-01T00:00:00Z' };
    const request = { issuer: 'self-signed', commonName: 'Mine', names: [], ...dates } as const;
    const [mine, other] = await Promise.all([createCertificate(request), createCertificate(request)]);
    const startWith = (keyPem: string) => start({ tls: { own: { certificatePem: mine.pem, keyPem } } });
    expect((await startWith(mine.keyPem)).certificate.fingerprint).toBe(mine.fingerprint);
    await router?.close();
    await expect(startWith(other.keyPem)).rejects.toThrow('does not belong');
    await expect(startWith('no key')).rejects.toThrow('cannot be read');
  });

  test('TLS 1.2 alone when so configured', async () => {
    const { port } = await start({ tls: { maximumVersion: '1.2' } });
    await expect(connectTls(port, { minVersion: 'TLSv1.3' })).rejects.toThrow('protocol version');
    const { socket } = await connectTls(port);
    expect(socket instanceof tls.TLSSocket ? socket.getProtocol() : '').toBe('TLSv1.2');
    socket.destroy();
  });
});

describe('starting', () => {
  test('a taken port is told, and nothing is left', async () => {
    const { port } = await start();
    await expect(startRouter({ listen: { port } })).rejects.toThrow('EADDRINUSE');
  });

  test('a wrong configuration is told', async () => {
    await expect(startRouter({ sessionLimit: 0 })).rejects.toThrow('sessionLimit');
  });

  test('users that cannot be are left out, and told', async () => {
    const vigor = await start({
      users: [
        { userName: 'a', password: 'open', staticAddress: '10.0.0.1' },
        { userName: 'b', password: 'sesame', staticAddress: '10.0.0.1' },
      ],
    });
    expect(vigor.problems).toEqual(['User b was left out: 10.0.0.1 is another user’s static address']);
    expect(vigor.users.list()).toHaveLength(1);
  });

  test('a state folder that has gone is one problem, however much is to be written', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'emulator-gone-'));
    const vigor = await start({ folder });
    await rm(folder, { recursive: true });
    for (const userName of ['anna', 'bob']) vigor.users.add({ userName, password: 'x' });
    await vigor.close();
    expect(vigor.problems).toEqual(['The users could not be saved: no such file or directory']);
  });

  test('closing twice is closing once', async () => {
    const vigor = await start();
    await Promise.all([vigor.close(), vigor.close()]);
    await expect(connectTls(vigor.port)).rejects.toThrow('ECONNREFUSED');
  });
});
