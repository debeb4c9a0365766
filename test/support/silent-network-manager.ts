import { sessionBus } from '@jellybrick/dbus-next';
import { startSessionBus } from './session-bus.ts';

/** A system bus of its own, with a NetworkManager that takes every question and answers none. */
export interface SilentNetworkManager {
  /** For DBUS_SYSTEM_BUS_ADDRESS. */
  readonly address: string;
  /** Resolves when it has been asked something. */
  readonly asked: Promise<void>;
  close(): Promise<void>;
}

export async function startSilentNetworkManager(): Promise<SilentNetworkManager> {
  const own = await startSessionBus();
  const bus = sessionBus({ busAddress: own.address });
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  bus.addMethodHandler(() => {
    resolve();
    return true;
  });
  await bus.requestName('org.freedesktop.NetworkManager', 0);
  return {
    address: own.address,
    asked,
    close: async () => {
      bus.disconnect();
      await own.close();
    },
  };
}
