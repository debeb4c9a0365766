import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { connectNamespaces, createNamespace, namespacesPossible } from './support/namespace.ts';

const PROGRAMS = fileURLToPath(new URL('support/lan-programs.ts', import.meta.url));
const BODY_LENGTH = 300_000;

/** A host with a web server on 8080 and UDP echo on 7. */
const LAN_HOST_PROGRAM = `
  const web = require('http').createServer((_, response) => response.end(Buffer.alloc(${BODY_LENGTH}, 'abc')));
  const echo = require('dgram').createSocket('udp4');
  echo.on('message', (message, from) => echo.send(message, from.port, from.address, () => {}));
  echo.bind(7, () => web.listen(8080, '0.0.0.0', () => console.log('ready')));
`;

async function namespace(tag: string) {
  const made = await createNamespace(tag);
  onTestFinished(() => made.remove());
  return made;
}

describe.skipIf(!namespacesPossible())('the LAN of the emulator against the kernel', () => {
  test('a TUN device in front of a real host', async () => {
    const router = await namespace('h5-router');
    const host = await namespace('h5-host');
    await connectNamespaces(router, host, { addressA: '192.168.1.1/24', addressB: '192.168.1.20/24' });
    await host.exec(['ip', 'route', 'add', 'default', 'via', '192.168.1.1']);
    const server = host.spawn([process.execPath, '-e', LAN_HOST_PROGRAM], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(server.stdout ?? server, 'data');

    const seen: unknown = JSON.parse(await router.exec([process.execPath, PROGRAMS, 'router']));
    expect(seen).toEqual({
      again: 'device-exists',
      honest: [2],
      gateway: [3],
      sha256: createHash('sha256').update(Buffer.alloc(BODY_LENGTH, 'abc')).digest('hex'),
      restricted: [5],
      fragments: [-596, -452],
      held: [6, 7],
      deviceLeft: false,
      forwardingBack: true,
    });
  });

  test('a kernel in front of the hosts in user space', async () => {
    const client = await namespace('h5-client');
    const seen: unknown = JSON.parse(await client.exec([process.execPath, PROGRAMS, 'client']));
    expect(seen).toEqual({
      statuses: [302, 201, 200],
      location: 'http://192.168.240.1/vpnmfa.htm?ifno=9&otp=&act=0',
      whole: 20,
      closed: 'ECONNREFUSED',
      nobody: 'EHOSTUNREACH',
    });
  });
});
