import { on, once } from 'node:events';
import { createInterface } from 'node:readline';
import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import type { NetworkPlan } from '../../client/network/plan.ts';
import { DESKTOP_USER, type DesktopHost } from './desktop-host.ts';
import { type Namespace, connectNamespaces, createNamespace } from './namespace.ts';

/** The router of the desktop's local network, which is its way to everywhere and its name server. */
export const UPLINK = {
  client: ['203.0.113.10/24', '2001:db8:1::10/64'],
  router: ['203.0.113.1/24', '2001:db8:1::1/64'],
} as const;

/** Cables the desktop to a router, by a profile of NetworkManager's. Before NetworkManager starts. */
export async function addUplink(desktop: DesktopHost, tag: string): Promise<Namespace> {
  const router = await createNamespace(tag);
  await connectNamespaces(desktop.host, router, { addressA: [], addressB: UPLINK.router });
  const [gateway4, gateway6] = UPLINK.router.map((cidr) => cidr.split('/')[0]);
  await desktop.writeFile('/etc/NetworkManager/system-connections/lan.nmconnection', [
    '[connection]',
    'id=lan',
    'uuid=7f0fd3a0-1f1c-4a2e-8df6-0d6a3c8f7c11',
    'type=ethernet',
    'interface-name=eth0',
    '[ipv4]',
    'method=manual',
    `address1=${UPLINK.client[0]},${gateway4}`,
    `dns=${gateway4}`,
    // Ready with both, and without asking first whether somebody else has the address.
    'may-fail=false',
    'dad-timeout=0',
    '[ipv6]',
    'method=manual',
    `address1=${UPLINK.client[1]},${gateway6}`,
    'may-fail=false',
  ]);
  return router;
}

/** All that a tunnel changes: devices, rules, routes, profiles and DNS. */
export async function desktopState(desktop: DesktopHost): Promise<string> {
  const script = [
    'ip -o link | cut -d: -f2',
    'ip -4 rule',
    'ip -6 rule',
    'ip -4 route show table all',
    'ip -6 route show table all',
    'nmcli -t -f NAME,UUID,TYPE,DEVICE connection | grep -v :loopback: | sort',
    'ls /etc/NetworkManager/system-connections',
    'if [ -S /run/systemd/resolve/io.systemd.Resolve ]; then for each in $(ls /sys/class/net); do resolvectl status $each; done | sed "/Current DNS Server/d; s/^ *//"; fi',
    'cat /etc/resolv.conf',
  ];
  return desktop.host.exec(['sh', '-c', script.join('\n')]);
}

/** The state once it is `expected`, or what it still is after a while. */
export async function settledState(desktop: DesktopHost, expected: string): Promise<string> {
  const late = AbortSignal.timeout(SETTLED_MILLISECONDS);
  for (;;) {
    const state = await desktopState(desktop);
    if (state === expected || late.aborted) return state;
    await wait(50);
  }
}

const SETTLED_MILLISECONDS = 30_000;

const MODULE = new URL('../../client/network/networkmanager/network-manager-network.ts', import.meta.url)
  .href;
const LAYOUT = new URL('../../datapath/virtio-header.ts', import.meta.url).href;

/**
 * Does as it is told on its standard input, a JSON line each, and answers with one. It reads the tunnel's packets and
 * counts the questions to its name server. Given a step, it stops there once, until SIGUSR1. It waits for NetworkManager
 * longer than any test does.
 */
const PROGRAM = `
  import { createInterface } from 'node:readline';
  import { createNetworkManagerNetwork } from ${JSON.stringify(MODULE)};
  import { PACKET_AT } from ${JSON.stringify(LAYOUT)};
  const [stateFolder, stopAt] = process.argv.slice(1);
  const AN_HOUR = 3_600_000;
  const say = (value) => process.stdout.write(JSON.stringify(value ?? null) + '\\n');
  let hasStopped = false;
  const onStep = async (step) => {
    if (step !== stopAt || hasStopped) return;
    hasStopped = true;
    const resumed = new Promise((resolve) => process.once('SIGUSR1', resolve));
    say(step);
    await resumed;
  };
  const network = createNetworkManagerNetwork({ stateFolder, onStep, patience: AN_HOUR });
  let calledOff = new AbortController();
  process.on('SIGUSR2', () => {
    calledOff.abort();
    say('called off');
  });
  const tunnels = [];
  const seen = { packets: 0, questions: 0, gone: 0, lost: 0 };
  const read = (tun) => {
    const packet = tun.readBuffer.subarray(PACKET_AT);
    while (tun.read() > 0) {
      if (packet[0] >> 4 !== 4) continue;
      seen.packets += 1;
      if (packet[9] === 17 && packet[22] === 0 && packet[23] === 53) seen.questions += 1;
    }
  };
  for await (const line of createInterface({ input: process.stdin })) {
    const [command, argument] = JSON.parse(line);
    if (command === 'up') {
      calledOff = new AbortController();
      const result = await network.bringUp(argument, calledOff.signal);
      if (result.ok) {
        const { tun } = result.value;
        tunnels.push(result.value);
        tun.onGone(() => { seen.gone += 1; });
        result.value.onLost(() => { seen.lost += 1; say('lost'); });
        tun.onReadable(() => read(tun));
      }
      say(result.ok ? { name: result.value.tun.name, dnsUse: result.value.dnsUse } : result.error);
    } else if (command === 'down') {
      await Promise.all([tunnels[argument].takeDown(), tunnels[argument].takeDown()]);
      say('down');
    } else if (command === 'seen') say(seen);
    else if (command === 'check') say(await network.check());
    else say(await network.recover());
  }
`;

export interface DesktopClient {
  readonly process: ChildProcess;
  tell(command: 'up', plan: NetworkPlan): void;
  ask(command: 'up' | 'down' | 'seen' | 'check' | 'recover', argument?: unknown): Promise<unknown>;
  /** From the step at which it has stopped. */
  resume(): void;
  /** Whoever wanted the tunnel has gone: it says "called off" once it knows. */
  callOff(): void;
  /** The next line it says. */
  next(): Promise<unknown>;
  kill(): Promise<void>;
}

/** A program of the user's that has the network of NetworkManager, stopping at a step if one is given. */
export function startDesktopClient(
  desktop: DesktopHost,
  options: { readonly stopAt?: string; readonly where?: 'session' | 'elsewhere' | 'root' } = {},
): DesktopClient {
  const { stopAt, where = 'session' } = options;
  const folder = where === 'root' ? '/root/state' : `${DESKTOP_USER.home}/state`;
  const argv = [process.execPath, '--input-type=module-typescript', '-e', PROGRAM, folder];
  const words = stopAt === undefined ? argv : [...argv, stopAt];
  const settings: SpawnOptions = { stdio: ['pipe', 'pipe', 'inherit'] };
  const child =
    where === 'root' ? desktop.host.spawn(words, settings) : desktop.spawnAsUser(words, settings, where);
  if (child.stdout === null || child.stdin === null) throw new Error('no pipes');
  const { stdin } = child;
  const lines = on(createInterface({ input: child.stdout }), 'line');
  const say = (command: string, argument?: unknown): void => {
    stdin.write(`${JSON.stringify([command, argument ?? null])}\n`);
  };
  const next = async (): Promise<unknown> => {
    const line: IteratorResult<unknown[], unknown> = await lines.next();
    if (line.done === true) throw new Error('the client has ended');
    return JSON.parse(String(line.value[0]));
  };
  return {
    process: child,
    tell: say,
    next,
    resume: () => void child.kill('SIGUSR1'),
    callOff: () => void child.kill('SIGUSR2'),
    ask: (command, argument) => {
      say(command, argument);
      return next();
    },
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}
