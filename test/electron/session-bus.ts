import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Message, sessionBus, Variant, type MessageBus } from '@jellybrick/dbus-next';

const WATCHER = 'org.kde.StatusNotifierWatcher';

/** A session bus of its own, on which a desktop's tray comes and goes. */
export interface SessionBus {
  readonly address: string;
  showTray(): Promise<void>;
  hideTray(): Promise<void>;
  close(): Promise<void>;
}

export async function startSessionBus(): Promise<SessionBus> {
  const daemon = spawn('dbus-daemon', ['--session', '--nofork', '--print-address'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const lines = createInterface({ input: daemon.stdout });
  const [first]: unknown[] = await once(lines, 'line');
  const address = String(first);
  let watcher: MessageBus | undefined;
  return {
    address,
    showTray: async () => {
      watcher ??= sessionBus({ busAddress: address });
      const bus = watcher;
      bus.addMethodHandler((message) => {
        if (message.member !== 'Get' || message.body[0] !== WATCHER) return false;
        bus.send(Message.newMethodReturn(message, 'v', [new Variant('b', true)]));
        return true;
      });
      await bus.requestName(WATCHER, 0);
    },
    hideTray: async () => {
      await watcher?.releaseName(WATCHER);
      watcher?.disconnect();
      watcher = undefined;
    },
    close: async () => {
      watcher?.disconnect();
      const ended = once(daemon, 'exit');
      daemon.kill();
      await ended;
    },
  };
}
