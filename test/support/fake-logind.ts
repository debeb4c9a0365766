import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Message, sessionBus } from '@jellybrick/dbus-next';

const LOGIND = { name: 'org.freedesktop.login1', path: '/org/freedesktop/login1' } as const;

/** A system bus of its own, on which somebody says what logind says when a computer sleeps and wakes. */
export interface FakeLogind {
  /** For DBUS_SYSTEM_BUS_ADDRESS. */
  readonly address: string;
  /** `true` before the sleep, `false` after it. */
  prepareForSleep(isBefore: boolean): void;
  close(): Promise<void>;
}

export async function startFakeLogind(): Promise<FakeLogind> {
  const daemon = spawn('dbus-daemon', ['--session', '--nofork', '--print-address'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [first]: unknown[] = await once(createInterface({ input: daemon.stdout }), 'line');
  const address = String(first);
  const bus = sessionBus({ busAddress: address });
  await bus.requestName(LOGIND.name, 0);
  return {
    address,
    prepareForSleep: (isBefore) => {
      const iface = `${LOGIND.name}.Manager`;
      bus.send(Message.newSignal(LOGIND.path, iface, 'PrepareForSleep', 'b', [isBefore]));
    },
    close: async () => {
      bus.disconnect();
      const ended = once(daemon, 'exit');
      daemon.kill();
      await ended;
    },
  };
}
