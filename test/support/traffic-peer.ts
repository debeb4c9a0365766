import { createHash, randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, isIPv6 } from 'node:net';

/**
 * Two ends of TCP and UDP traffic, in a namespace each.
 *
 *   node traffic-peer.ts serve                 says "ready"
 *   node traffic-peer.ts tcp ADDRESS BYTES     downloads and uploads so many, and compares SHA-256
 *   node traffic-peer.ts udp ADDRESS COUNT     datagrams of all sizes, echoed by the other end
 */

const TCP_PORT = 8000;
const UDP_PORT = 7;
/** The first byte of a TCP connection says what is to be done. */
const DOWNLOAD = 1;
const UPLOAD = 2;
const LONGEST_DATAGRAM = 2600;
/** Datagrams under way at once: none is lost for want of room. */
const WINDOW = 8;
/** A datagram without an answer is sent again: the first long one only tells its sender the way's MTU. */
const AGAIN_MILLISECONDS = 250;

/** The same bytes on both ends. */
function content(length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let i = 0, x = 1; i < length; i += 1) {
    x = (Math.imul(x, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    bytes[i] = x >>> 16;
  }
  return bytes;
}

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function serve(): Promise<void> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const chunks: Buffer[] = [];
    socket.once('data', (head: Buffer) => {
      const length = head.readUInt32BE(1);
      if (head[0] === DOWNLOAD) {
        socket.end(content(length));
        return;
      }
      chunks.push(head.subarray(5));
      socket.on('data', (chunk: Buffer) => chunks.push(chunk));
      socket.once('end', () => {
        const whole = Buffer.concat(chunks);
        socket.end(`${whole.length} ${digest(whole)}`);
      });
    });
    socket.on('error', () => {});
  });
  server.listen(TCP_PORT, '::');
  const echo = createSocket({ type: 'udp6' });
  echo.on('message', (message, from) => echo.send(message, from.port, from.address, () => {}));
  echo.bind(UDP_PORT, '::');
  await Promise.all([once(server, 'listening'), once(echo, 'listening')]);
  process.stdout.write('ready\n');
}

/** What the other end said to `head` and `body`. */
async function exchange(address: string, head: Buffer, body: Buffer): Promise<Buffer> {
  const socket = connect({ host: address, port: TCP_PORT, allowHalfOpen: true });
  socket.write(head);
  if (body.length > 0) socket.end(body);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(socket, 'end');
  socket.end();
  return Buffer.concat(chunks);
}

function headOf(what: number, length: number): Buffer {
  const head = Buffer.alloc(5);
  head[0] = what;
  head.writeUInt32BE(length, 1);
  return head;
}

async function tcp(address: string, length: number): Promise<unknown> {
  const expected = content(length);
  const downloaded = await exchange(address, headOf(DOWNLOAD, length), Buffer.alloc(0));
  const told = await exchange(address, headOf(UPLOAD, length), expected);
  const [uploaded, hash] = told.toString().split(' ');
  return {
    downloaded: downloaded.length,
    isSame: digest(downloaded) === digest(expected),
    uploaded: Number(uploaded),
    isSameThere: hash === digest(expected),
  };
}

async function udp(address: string, count: number): Promise<unknown> {
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  const open = new Map<number, Buffer>();
  let next = 0;
  let others = 0;
  await new Promise<void>((resolve) => {
    const send = (datagram: Buffer): void => socket.send(datagram, UDP_PORT, address, () => {});
    const fill = (): void => {
      for (; open.size < WINDOW && next < count; next += 1) {
        const datagram = randomBytes(4 + Math.floor(((next * 7919) % count) * (LONGEST_DATAGRAM / count)));
        datagram.writeUInt32BE(next, 0);
        open.set(next, datagram);
        send(datagram);
      }
      if (open.size === 0) resolve();
    };
    setInterval(() => {
      for (const datagram of open.values()) send(datagram);
    }, AGAIN_MILLISECONDS);
    socket.on('message', (message) => {
      const sent = open.get(message.readUInt32BE(0));
      // One that was sent twice comes back twice.
      if (sent === undefined) return;
      if (sent.equals(message)) open.delete(message.readUInt32BE(0));
      else others += 1;
      fill();
    });
    fill();
  });
  return { same: count, others };
}

const [what, address = '', amount = ''] = process.argv.slice(2);
if (what === 'serve') await serve();
else {
  const seen = what === 'tcp' ? await tcp(address, Number(amount)) : await udp(address, Number(amount));
  process.stdout.write(JSON.stringify(seen), () => process.exit());
}
