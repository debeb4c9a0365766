import { Message, sessionBus } from '@jellybrick/dbus-next';
import { startSessionBus } from './session-bus.ts';

/** A system bus of its own, with a NetworkManager that takes every question and answers none but the given ones. */
export interface SilentNetworkManager {
  /** For DBUS_SYSTEM_BUS_ADDRESS. */
  readonly address: string;
  /** Resolves when it has been asked something that it does not answer. */
  readonly asked: Promise<void>;
  /** It ends; the bus stays. */
  leave(): void;
  close(): Promise<void>;
}

/** A method's answer: its signature and its body. */
export type Answers = Readonly<Record<string, readonly [string, ...unknown[]]>>;

export async function startSilentNetworkManager(answers: Answers = {}): Promise<SilentNetworkManager> {
  const own = await startSessionBus();
  const bus = sessionBus({ busAddress: own.address });
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  bus.addMethodHandler((message) => {
    const [signature, ...body] = answers[message.member ?? ''] ?? [];
    if (signature === undefined) resolve();
    else bus.send(Message.newMethodReturn(message, signature, body));
    return true;
  });
  await bus.requestName('org.freedesktop.NetworkManager', 0);
  return {
    address: own.address,
    asked,
    leave: () => bus.disconnect(),
    close: async () => {
      bus.disconnect();
      await own.close();
    },
  };
}
