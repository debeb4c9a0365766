import { createHash } from 'node:crypto';
import net from 'node:net';
import tls from 'node:tls';

/**
 * A tunnel client for tests, written from protocol.md's bytes alone: it shares no code with the
 * project's codecs, so that it cannot share their mistakes.
 */

export interface RawFrame {
  readonly command: number;
  readonly payload: Buffer;
}

export interface RawControl {
  /** Four hex digits. */
  readonly protocol: string;
  readonly code: number;
  readonly id: number;
  readonly data: Buffer;
}

export type RawEnd = 'end' | 'reset' | 'error';

/** Bytes in, in order, with waiting readers. */
export class RawConnection {
  readonly socket: net.Socket;
  /** How the connection ended: orderly, by RST, or by another error. */
  readonly ended: Promise<RawEnd>;
  #bytes = Buffer.alloc(0);
  #over = false;
  #wake: () => void = () => undefined;

  constructor(socket: net.Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, chunk]);
      this.#wake();
    });
    this.ended = new Promise((resolve) => {
      const end = (how: RawEnd) => {
        this.#over = true;
        this.#wake();
        resolve(how);
      };
      socket.once('end', () => end('end'));
      socket.once('close', () => end('end'));
      socket.on('error', (error: NodeJS.ErrnoException) => {
        end(error.code === 'ECONNRESET' ? 'reset' : 'error');
      });
    });
  }

  send(bytes: Uint8Array): void {
    this.socket.write(bytes);
  }

  close(): void {
    this.socket.destroy();
  }

  /** The next `length` bytes; undefined when the stream ended before. */
  async read(length: number): Promise<Buffer | undefined> {
    while (this.#bytes.length < length) {
      if (this.#over) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const taken = this.#bytes.subarray(0, length);
    this.#bytes = this.#bytes.subarray(length);
    return taken;
  }

  /** Everything until the end of the stream. */
  async readAll(): Promise<Buffer> {
    await this.ended;
    const all = this.#bytes;
    this.#bytes = Buffer.alloc(0);
    return all;
  }

  /** An HTTP head with its empty line; what came before the end when there is none. */
  async readHead(): Promise<string> {
    let head = '';
    while (!head.endsWith('\r\n\r\n')) {
      const byte = await this.read(1);
      if (byte === undefined) return head;
      head += byte.toString('latin1');
    }
    return head;
  }

  async readFrame(): Promise<RawFrame | undefined> {
    const header = await this.read(4);
    if (header === undefined) return undefined;
    if (header[1] !== 0) throw new Error(`frame of version ${header[1]}`);
    const payload = await this.read(header.readUInt16BE(2));
    return payload === undefined ? undefined : { command: header.readUInt8(0), payload };
  }

  /** The next control packet. */
  async readControl(): Promise<RawControl> {
    const frame = await this.readFrame();
    if (frame === undefined) throw new Error('the stream ended where a control packet was due');
    return parseControl(frame);
  }

  sendControl(protocol: string, code: number, id: number, data: string | Uint8Array = ''): void {
    const body = typeof data === 'string' ? Buffer.from(data, 'hex') : Buffer.from(data);
    const packet = Buffer.alloc(4 + body.length);
    packet.set([code, id]);
    packet.writeUInt16BE(packet.length, 2);
    packet.set(body, 4);
    this.send(dataFrame(protocol, packet));
  }

  sendPacket(packet: Uint8Array): void {
    this.send(dataFrame('0021', packet));
  }
}

export function parseControl(frame: RawFrame): RawControl {
  const { command, payload } = frame;
  if (command !== 0 || payload.toString('hex', 0, 2) !== 'ff03') {
    throw new Error(`no PPP frame: command ${command}, ${payload.toString('hex')}`);
  }
  return {
    protocol: payload.toString('hex', 2, 4),
    code: payload.readUInt8(4),
    id: payload.readUInt8(5),
    data: payload.subarray(8, 4 + payload.readUInt16BE(6)),
  };
}

function dataFrame(protocol: string, information: Uint8Array): Buffer {
  const frame = Buffer.alloc(8 + information.length);
  frame.writeUInt16BE(4 + information.length, 2);
  frame.set(Buffer.from(`ff03${protocol}`, 'hex'), 4);
  frame.set(information, 8);
  return frame;
}

export function connectTcp(port: number): Promise<RawConnection> {
  const socket = net.connect({ port, host: '127.0.0.1' });
  const connection = new RawConnection(socket);
  return new Promise((resolve, reject) => {
    socket.once('connect', () => resolve(connection));
    socket.once('error', reject);
  });
}

export interface RawTlsOptions {
  readonly ca?: string;
  readonly serverName?: string;
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3';
}

/** Without a `ca` any certificate will do. Rejects with the TLS error. */
export function connectTls(port: number, options: RawTlsOptions = {}): Promise<RawConnection> {
  const socket = tls.connect({
    port,
    host: '127.0.0.1',
    rejectUnauthorized: options.ca !== undefined,
    ...(options.ca === undefined ? {} : { ca: options.ca }),
    ...(options.serverName === undefined ? {} : { servername: options.serverName }),
    ...(options.minVersion === undefined ? {} : { minVersion: options.minVersion }),
  });
  const connection = new RawConnection(socket);
  return new Promise((resolve, reject) => {
    socket.once('secureConnect', () => resolve(connection));
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('closed during the handshake')));
  });
}

export function connectRequest(userName: string, password: string): Buffer {
  const basic = Buffer.from(`${userName}:${password}`, 'utf8').toString('base64');
  return Buffer.from(
    `CONNECT / HTTP/1.0\r\nHost:vpn.example.com\r\nAgent: SmartVPN Mobile\r\nAuthorization: Basic ${basic}\r\n\r\n`,
    'latin1',
  );
}

export interface Credentials {
  readonly userName: string;
  readonly password: string;
}

/** The first line of the answer to CONNECT. */
export async function dial(
  port: number,
  credentials: Credentials,
  options: RawTlsOptions = {},
): Promise<{ connection: RawConnection; head: string; status: number }> {
  const connection = await connectTls(port, options);
  connection.send(connectRequest(credentials.userName, credentials.password));
  const head = await connection.readHead();
  return { connection, head, status: Number(/^HTTP\/1\.0 (\d{3}) /.exec(head)?.[1] ?? 0) };
}

export interface Negotiated {
  readonly connection: RawConnection;
  readonly address: string;
  readonly gateway: string;
  readonly dns: string;
  /** What the router asked for in LCP. */
  readonly authentication: 'PAP' | 'CHAP' | 'other';
}

/** How far a negotiation got. */
export type NegotiationEnd =
  | { readonly kind: 'up'; readonly tunnel: Negotiated }
  | { readonly kind: 'refused'; readonly message: string }
  /** Our address was rejected. */
  | { readonly kind: 'no-address' }
  /** Terminate-Request, Protocol-Reject of IPCP, CLOSE, or the end of the stream. */
  | { readonly kind: 'ended'; readonly by: 'terminate' | 'protocol-reject' | 'close' | 'stream' };

/** LCP, PAP or CHAP-MD5, and IPCP, after a 200. Answers whatever comes, in whatever order. */
export async function negotiate(
  connection: RawConnection,
  credentials: Credentials,
  wished = '0.0.0.0',
): Promise<NegotiationEnd> {
  return new Negotiator(connection, credentials, wished).run();
}

class Negotiator {
  readonly #connection: RawConnection;
  readonly #credentials: Credentials;
  #authentication: Negotiated['authentication'] = 'other';
  #lcp = { ours: false, theirs: false };
  #ipcp = { ours: false, theirs: false };
  #address: string;
  #dns = '0.0.0.0';
  #gateway = '';
  #ipcpId = 0;

  constructor(connection: RawConnection, credentials: Credentials, wished: string) {
    this.#connection = connection;
    this.#credentials = credentials;
    this.#address = wished;
  }

  async run(): Promise<NegotiationEnd> {
    this.#connection.sendControl('c021', 1, 0, '010405a2050612345678');
    for (;;) {
      const frame = await this.#connection.readFrame();
      if (frame === undefined) return { kind: 'ended', by: 'stream' };
      if (frame.command === 1) return { kind: 'ended', by: 'close' };
      const end = this.#take(parseControl(frame));
      if (end !== undefined) return end;
      if (this.#ipcp.ours && this.#ipcp.theirs) return { kind: 'up', tunnel: this.#tunnel() };
    }
  }

  #tunnel(): Negotiated {
    return {
      connection: this.#connection,
      address: this.#address,
      gateway: this.#gateway,
      dns: this.#dns,
      authentication: this.#authentication,
    };
  }

  #take(packet: RawControl): NegotiationEnd | undefined {
    switch (packet.protocol) {
      case 'c021':
        return this.#takeLcp(packet);
      case 'c023':
      case 'c223':
        return this.#takeSignIn(packet);
      case '8021':
        return this.#takeIpcp(packet);
      default:
        throw new Error(`protocol ${packet.protocol}`);
    }
  }

  #takeLcp({ code, id, data }: RawControl): NegotiationEnd | undefined {
    if (code === 5) return { kind: 'ended', by: 'terminate' };
    if (code === 8) return { kind: 'ended', by: 'protocol-reject' };
    if (code === 1) {
      const hex = data.toString('hex');
      this.#authentication = hex.includes('0304c023') ? 'PAP' : hex.includes('0305c22305') ? 'CHAP' : 'other';
      this.#connection.sendControl('c021', 2, id, data);
      this.#lcp.theirs = true;
    } else if (code === 2) this.#lcp.ours = true;
    if (this.#lcp.ours && this.#lcp.theirs && this.#authentication === 'PAP') this.#sendPap();
    return undefined;
  }

  #sendPap(): void {
    this.#lcp.ours = false;
    const name = Buffer.from(this.#credentials.userName, 'utf8');
    const word = Buffer.from(this.#credentials.password, 'utf8');
    this.#connection.sendControl('c023', 1, 3, Buffer.from([name.length, ...name, word.length, ...word]));
  }

  #takeSignIn({ protocol, code, id, data }: RawControl): NegotiationEnd | undefined {
    if (protocol === 'c223' && code === 1) {
      const size = data.readUInt8(0);
      const hash = createHash('md5')
        .update(Buffer.from([id]))
        .update(this.#credentials.password)
        .update(data.subarray(1, 1 + size))
        .digest();
      const name = Buffer.from(this.#credentials.userName);
      this.#connection.sendControl('c223', 2, id, Buffer.from([16, ...hash, ...name]));
      return undefined;
    }
    const refusal = protocol === 'c023' ? 3 : 4;
    if (code === refusal) {
      const message = data.toString('latin1', protocol === 'c023' ? 1 : 0);
      return { kind: 'refused', message };
    }
    if (protocol === 'c023' && id !== 3) {
      // the first Ack's identifier is not our request's: a careful client asks again
      this.#sendPap();
      return undefined;
    }
    this.#sendIpcp();
    return undefined;
  }

  #sendIpcp(): void {
    const data = `0306${hexAddress(this.#address)}8106${hexAddress(this.#dns)}`;
    this.#connection.sendControl('8021', 1, this.#ipcpId, data);
    this.#ipcpId += 1;
  }

  #takeIpcp({ code, id, data }: RawControl): NegotiationEnd | undefined {
    const options = new Map<number, Buffer>();
    for (let at = 0; at + 2 <= data.length; at += data.readUInt8(at + 1)) {
      options.set(data.readUInt8(at), data.subarray(at, at + data.readUInt8(at + 1)));
    }
    const address = (type: number) => [...(options.get(type)?.subarray(2) ?? [])].join('.');
    if (code === 1) {
      const compression = options.get(2);
      if (compression !== undefined) {
        this.#connection.sendControl('8021', 4, id, compression);
        return undefined;
      }
      this.#gateway = address(3);
      this.#connection.sendControl('8021', 2, id, data);
      this.#ipcp.theirs = true;
    } else if (code === 2) this.#ipcp.ours = true;
    else if (code === 3) {
      if (options.has(3)) this.#address = address(3);
      if (options.has(0x81)) this.#dns = address(0x81);
      this.#sendIpcp();
    } else if (code === 4) return { kind: 'no-address' };
    else throw new Error(`IPCP code ${code}`);
    return undefined;
  }
}

function hexAddress(address: string): string {
  return Buffer.from(address.split('.').map(Number)).toString('hex');
}

/** Dials, negotiates and expects the tunnel to come up. */
export async function bringUp(port: number, credentials: Credentials, wished?: string): Promise<Negotiated> {
  const { connection, status } = await dial(port, credentials);
  if (status !== 200) throw new Error(`CONNECT was answered by ${status}`);
  const end = await negotiate(connection, credentials, wished);
  if (end.kind !== 'up') throw new Error(`the tunnel did not come up: ${JSON.stringify(end)}`);
  return end.tunnel;
}
