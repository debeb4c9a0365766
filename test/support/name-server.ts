import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { ChildProcess } from 'node:child_process';
import type { Namespace } from './namespace.ts';

/** Answers every question for an IPv4 address with `answer`, every other with nothing, and prints each name asked. */
const SCRIPT = `
  import { createSocket } from 'node:dgram';
  import { decode, encode, AUTHORITATIVE_ANSWER } from 'dns-packet';
  const [address, answer] = process.argv.slice(1);
  const socket = createSocket('udp4');
  socket.on('message', (bytes, peer) => {
    const { id, questions } = decode(bytes);
    for (const { name, type } of questions) process.stdout.write(type + ' ' + name + '\\n');
    const answers = questions
      .filter(({ type }) => type === 'A')
      .map(({ name }) => ({ name, type: 'A', ttl: 0, data: answer }));
    const reply = { type: 'response', id, flags: AUTHORITATIVE_ANSWER | 0x180, questions, answers };
    socket.send(encode(reply), peer.port, peer.address);
  });
  socket.bind(53, address, () => process.stdout.write('ready\\n'));
`;

/** A DNS server on a host of its own, which remembers what it was asked. */
export class NameServer {
  readonly #process: ChildProcess;
  #asked: string[] = [];

  private constructor(child: ChildProcess) {
    this.#process = child;
  }

  static async start(host: Namespace, address: string, answer: string): Promise<NameServer> {
    const argv = [process.execPath, '--input-type=module', '-e', SCRIPT, address, answer];
    const child = host.spawn(argv, { stdio: ['ignore', 'pipe', 'inherit'] });
    if (child.stdout === null) throw new Error('no output');
    const lines = createInterface({ input: child.stdout });
    await once(lines, 'line');
    const server = new NameServer(child);
    lines.on('line', (line) => server.#asked.push(line));
    return server;
  }

  /** The names since the last time, each once, in lower case. */
  taken(): string[] {
    const names = this.#asked.splice(0).map((line) => line.replace(/^\S+ /, '').toLowerCase());
    return [...new Set(names)].sort();
  }

  close(): void {
    this.#process.kill('SIGKILL');
  }
}
