import { Message, sessionBus, Variant, type MessageBus } from '@jellybrick/dbus-next';

const SERVICE = 'org.freedesktop.secrets';
const ITEM = '/org/freedesktop/secrets/collection/only/1';

/**
 * A keyring that does not encrypt what travels, as the API allows: one item, never locked. Real ones all encrypt, so this one
 * is played.
 */
export class PlainKeyring {
  /** The algorithms that were asked for. */
  readonly asked: unknown[] = [];
  kept: Buffer | undefined;
  readonly #bus: MessageBus;

  private constructor(bus: MessageBus) {
    this.#bus = bus;
  }

  static async start(busAddress: string): Promise<PlainKeyring> {
    const bus = sessionBus({ busAddress });
    const keyring = new PlainKeyring(bus);
    bus.addMethodHandler((message) => keyring.#handle(message));
    await bus.requestName(SERVICE, 0);
    return keyring;
  }

  close(): void {
    this.#bus.disconnect();
  }

  #handle(message: Message): boolean {
    const reply = (signature: string, ...body: unknown[]): true => {
      this.#bus.send(Message.newMethodReturn(message, signature, body));
      return true;
    };
    switch (message.member) {
      case 'OpenSession':
        this.asked.push(message.body[0]);
        if (message.body[0] === 'plain') return reply('vo', new Variant('s', ''), '/session');
        this.#bus.send(Message.newError(message, 'org.freedesktop.DBus.Error.NotSupported', 'plain alone'));
        return true;
      case 'ReadAlias':
        return reply('o', '/org/freedesktop/secrets/collection/only');
      case 'Unlock':
        return reply('aoo', message.body[0], '/');
      case 'SearchItems':
        return reply('aoao', this.kept === undefined ? [] : [ITEM], []);
      case 'CreateItem': {
        const [, secret] = message.body;
        if (Array.isArray(secret) && Buffer.isBuffer(secret[2])) this.kept = secret[2];
        return reply('oo', ITEM, '/');
      }
      case 'GetSecret':
        return reply('(oayays)', ['/session', Buffer.alloc(0), this.kept, 'text/plain']);
      default:
        return false;
    }
  }
}
