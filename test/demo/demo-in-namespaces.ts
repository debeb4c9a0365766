import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { RouterConfigInput } from '../../emulator/config.ts';
import { type Home, type Running, makeHome, runProgram, startProgram } from '../support/program.ts';
import { DEMO_USER } from './demo-account.ts';
import { fileSha256 } from './file-content.ts';
import { networkOf } from './host-network.ts';
import { check, say, step, table } from '../support/narration.ts';
import { type ConnectionManagementRow, RouterHost } from '../support/router-host.ts';
import {
  ADDRESS,
  type ThreeHosts,
  createThreeHosts,
  prefixInside,
  startLanWebServer,
} from '../support/three-hosts.ts';

const FILE_BYTES = 100_000_000;
/** The router emulator's clock and this machine's are the same one, so a code is good for the window's whole length. */
const ROUTER: RouterConfigInput = {
  listen: { host: '0.0.0.0', port: 443 },
  tls: { certificate: { commonName: 'Vigor Router', names: [ADDRESS.router] } },
  users: [{ userName: DEMO_USER.userName, motp: { pin: DEMO_USER.pin, secret: DEMO_USER.secret } }],
  lan: { kind: 'tun', forwarding: true, records: [{ name: 'files.lan', address: ADDRESS.lanHost }] },
};

const DOWNLOAD = fileURLToPath(new URL('download.ts', import.meta.url));

const codeSchema = z.object({ code: z.string() });
const downloadSchema = z.object({ bytes: z.number(), seconds: z.number(), sha256: z.string() });
const statisticsSchema = z.object({
  receivedBytes: z.number(),
  sentBytes: z.number(),
  receivedPackets: z.number(),
  sentPackets: z.number(),
});

/** Gives the exit code: 0 when everything that was checked held. */
export async function demoInNamespaces(): Promise<number> {
  const started = performance.now();
  const home = await makeHome();
  step('Three hosts, each a network namespace of its own');
  const hosts = await createThreeHosts('demo');
  try {
    const held = await walk(hosts, home);
    step(`Done in ${((performance.now() - started) / 1000).toFixed(1)} s.`);
    return held ? 0 : 1;
  } finally {
    await hosts.remove();
    await home.remove();
  }
}

async function walk(hosts: ThreeHosts, home: Home): Promise<boolean> {
  await startLanWebServer(hosts, FILE_BYTES);
  say(
    `client ${ADDRESS.client}  ──  ${ADDRESS.router} router ${ADDRESS.lanRouter}  ──  ${ADDRESS.lanHost} web server`,
  );
  const router = await RouterHost.start(ROUTER, hosts.router);
  say(
    `The router emulator listens on ${ADDRESS.router}:443, certificate ${router.fingerprint.slice(0, 23)}…`,
  );
  const before = await networkOf(hosts.client);
  const inside = { home, prefix: prefixInside(hosts.client) };

  step('The profile, and a one-time password from the generator');
  const { server, userName } = { server: ADDRESS.router, userName: DEMO_USER.userName };
  const add = [
    'profile',
    'add',
    'office',
    '--server',
    server,
    '--user-name',
    userName,
    '--authentication',
    'motp',
  ];
  const added = await runProgram(add, inside);
  if (!check(added.code === 0, `smartvpn ${add.join(' ')}`)) return false;
  const otp = await runProgram(['otp', '--stdin', '--json'], {
    ...inside,
    input: `${DEMO_USER.secret}\n${DEMO_USER.pin}\n`,
  });
  const { code } = codeSchema.parse(JSON.parse(otp.stdout));
  say(`smartvpn otp: ${code}`);

  step('Connect');
  const connect = ['connect', 'office', '--code-fd', '3', '--trust-fingerprint', router.fingerprint];
  const running = startProgram(connect, { ...inside, descriptors: [`${code}\n`] });
  try {
    await running.sees(/connected/i);
  } catch (error) {
    say(error instanceof Error ? error.message : 'It ended.');
    return check(false, 'connected');
  }
  check(true, 'connected: all traffic of the client host goes through the tunnel');
  const worked = await use(hosts, router, inside);

  step('Disconnect, and what is left');
  const ended = await disconnect(running, inside);
  const after = await networkOf(hosts.client);
  await router.close();
  const held = [
    worked,
    check(ended === 0, `smartvpn disconnect: the client ended with exit code ${String(ended)}`),
    check(after.links === before.links, 'no device is left'),
    check(after.addresses === before.addresses, 'no address is left'),
    check(after.routes === before.routes && after.rules === before.rules, 'no route and no rule is left'),
    check(after.resolvConf === before.resolvConf, 'DNS is as it was'),
    check(running.process.exitCode !== null, 'no process is left'),
  ];
  return held.every(Boolean);
}

async function use(
  hosts: ThreeHosts,
  router: RouterHost,
  inside: { home: Home; prefix: readonly string[] },
): Promise<boolean> {
  step('Through the tunnel to the LAN behind the router');
  const ping = await hosts.client.exec(['ping', '-n', '-c', '3', '-i', '0.2', ADDRESS.lanHost]);
  const pinged = check(
    / 0% packet loss/.test(ping),
    `ping ${ADDRESS.lanHost}: ${/rtt.*$/m.exec(ping)?.[0] ?? ''}`,
  );
  const url = `http://${ADDRESS.lanHost}/`;
  const download = downloadSchema.parse(
    JSON.parse(await hosts.client.exec([process.execPath, DOWNLOAD, url], { deadline: 45_000 })),
  );
  const rate = (download.bytes * 8) / download.seconds / 1e6;
  const whole = check(
    download.bytes === FILE_BYTES && download.sha256 === fileSha256(FILE_BYTES),
    `downloaded ${download.bytes / 1e6} MB in ${download.seconds.toFixed(1)} s (${rate.toFixed(0)} Mbit/s), SHA-256 ${download.sha256.slice(0, 16)}… is the file's`,
  );

  step('What both sides counted');
  const stats = await runProgram(['stats', '--count', '1', '--json'], inside);
  const counted = statisticsSchema.parse(JSON.parse(stats.stdout));
  const { rows, syslog } = await router.connections();
  say(`client: received ${counted.receivedBytes} bytes in ${counted.receivedPackets} packets,`);
  say(`        sent ${counted.sentBytes} bytes in ${counted.sentPackets} packets`);
  connectionManagement(rows);
  for (const line of syslog.slice(-3)) say(line);
  const agree = check(
    counted.receivedBytes > FILE_BYTES &&
      rows.length === 1 &&
      (rows[0]?.txPackets ?? 0) >= counted.receivedPackets,
    'the client and the router counted the same traffic',
  );
  return pinged && whole && agree;
}

/** As the router's page of that name shows it. */
function connectionManagement(rows: readonly ConnectionManagementRow[]): void {
  table([
    [
      'VPN',
      'Type',
      'Remote IP',
      'Virtual Network',
      'Tx Pkts',
      'Tx Rate(bps)',
      'Rx Pkts',
      'Rx Rate(bps)',
      'UpTime',
    ],
    ...rows.map((row) => [
      `${row.vpn} (${row.userIndex} ${row.userName})`,
      row.type,
      row.remoteAddress,
      row.virtualNetwork,
      String(row.txPackets),
      String(row.txRate),
      String(row.rxPackets),
      String(row.rxRate),
      row.upTime,
    ]),
  ]);
}

async function disconnect(
  running: Running,
  inside: { home: Home; prefix: readonly string[] },
): Promise<unknown> {
  await runProgram(['disconnect'], inside);
  return (await running.ended).code;
}
