import { createCipheriv, createDiffieHellmanGroup, hkdfSync, randomBytes } from 'node:crypto';
import { Message, MessageType, sessionBus, type MessageBus } from '@jellybrick/dbus-next';

const PROMPTER = 'org.gnome.keyring.SystemPrompter';
const PROMPTER_INTERFACE = 'org.gnome.keyring.internal.Prompter';

/**
 * The person whom gnome-keyring asks for the keyring's password, in place of gcr's window: it speaks gcr's prompter protocol,
 * with its exchange of secrets (sx-aes-1: 1536 bit Diffie-Hellman, HKDF, AES-128-CBC).
 */
export class KeyringPerson {
  /** What was asked so far, as a window would have shown it. */
  asked = 0;
  readonly #bus: MessageBus;
  readonly #answer: string | undefined;
  readonly #onAsked = new Set<() => void>();

  private constructor(bus: MessageBus, answer: string | undefined) {
    this.#bus = bus;
    this.#answer = answer;
  }

  /** `answer`: what is typed; undefined: the window is closed; `never`: nobody is at the desk. */
  static async sit(busAddress: string, answer: string | undefined): Promise<KeyringPerson> {
    const bus = sessionBus({ busAddress });
    const person = new KeyringPerson(bus, answer);
    bus.addMethodHandler((message) => person.#handle(message));
    await bus.requestName(PROMPTER, 0);
    return person;
  }

  /** Resolves when the question stands. */
  isAsked(): Promise<void> {
    return new Promise((resolve) => {
      if (this.asked > 0) resolve();
      else this.#onAsked.add(resolve);
    });
  }

  leave(): void {
    this.#bus.disconnect();
  }

  #handle(message: Message): boolean {
    if (message.interface !== PROMPTER_INTERFACE) return false;
    const callback = String(message.body[0]);
    this.#bus.send(Message.newMethodReturn(message));
    switch (message.member) {
      case 'BeginPrompting':
        this.#ready(message, callback, '', '');
        return true;
      case 'PerformPrompt':
        this.asked += 1;
        for (const look of this.#onAsked) look();
        if (this.#answer === 'never') return true;
        if (this.#answer === undefined) this.#ready(message, callback, 'no', '');
        else this.#ready(message, callback, 'yes', sealed(String(message.body[3]), this.#answer));
        return true;
      case 'StopPrompting':
        this.#call(message, callback, 'PromptDone');
        return true;
      default:
        return true;
    }
  }

  #ready({ sender }: Message, callback: string, reply: string, exchange: string): void {
    this.#call({ sender }, callback, 'PromptReady', 'sa{sv}s', [reply, {}, exchange]);
  }

  #call(
    { sender }: Pick<Message, 'sender'>,
    path: string,
    member: string,
    signature = '',
    body: unknown[] = [],
  ): void {
    this.#bus.send(
      new Message({
        type: MessageType.METHOD_CALL,
        destination: sender,
        path,
        interface: `${PROMPTER_INTERFACE}.Callback`,
        member,
        signature,
        body,
      }),
    );
  }
}

/** The answer to the other end's public key, as a key file. */
function sealed(exchange: string, secret: string): string {
  const theirs = Buffer.from(/public=(\S+)/.exec(exchange)?.[1] ?? '', 'base64');
  const group = createDiffieHellmanGroup('modp5');
  const ours = group.generateKeys();
  const shared = group.computeSecret(theirs);
  const padded = Buffer.concat([Buffer.alloc(192 - shared.length), shared]);
  const key = Buffer.from(hkdfSync('sha256', padded, Buffer.alloc(0), Buffer.alloc(0), 16));
  const iv = randomBytes(16);
  const cipher = createCipheriv('aes-128-cbc', key, iv);
  const value = Buffer.concat([cipher.update(secret), cipher.final()]);
  const fields = { public: ours, secret: value, iv };
  return [
    '[sx-aes-1]',
    ...Object.entries(fields).map(([name, bytes]) => `${name}=${bytes.toString('base64')}`),
    '',
  ].join('\n');
}
