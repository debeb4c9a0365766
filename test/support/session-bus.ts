import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

/** As the session's own configuration, but it starts none of the machine's services by itself. */
const CONFIGURATION = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:dir=FOLDER</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`;

export async function startSessionBus(): Promise<SessionBus> {
  const folder = await mkdtemp(join(tmpdir(), 'bus-'));
  const configuration = join(folder, 'session.conf');
  await writeFile(configuration, CONFIGURATION.replace('FOLDER', folder));
  const daemon = spawn('dbus-daemon', [`--config-file=${configuration}`, '--nofork', '--print-address'], {
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
      if (daemon.exitCode === null && daemon.signalCode === null) await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
