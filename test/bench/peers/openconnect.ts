import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startBackground } from '../background-program.ts';
import { ADDRESS, LAN_NETWORK } from '../hosts.ts';
import { type PeerCertificates, peerCertificates } from './certificates.ts';
import type { Peer } from './peer.ts';

const PORT = 4433;

/** What openconnect's vpnc-script does, as far as it is needed here. */
const SCRIPT = [
  'case $reason in connect)',
  'ip link set dev $TUNDEV mtu $INTERNAL_IP4_MTU up;',
  'ip addr add $INTERNAL_IP4_ADDRESS/32 dev $TUNDEV;',
  `ip route add ${LAN_NETWORK.cidr} dev $TUNDEV;`,
  'echo The tunnel is up;;',
  'esac',
].join(' ');

/** openconnect and ocserv over TLS alone (no DTLS), with AES-128-GCM. */
export const openconnect: Peer = {
  name: 'openconnect',
  programs: ['openconnect', 'ocserv', 'openssl'],
  async open(hosts) {
    const files = await peerCertificates(hosts.folder);
    const config = join(hosts.folder, 'ocserv.conf');
    await writeFile(config, serverConfig(files, hosts.folder));
    const server = await startBackground(
      hosts.router,
      ['ocserv', '--foreground', '--log-stderr', '--debug', '1', '--config', config],
      { ready: /listening \(TCP\)|initialized/i },
    );
    try {
      const client = await startBackground(
        hosts.client,
        [
          'openconnect',
          '--protocol=anyconnect',
          '--no-dtls',
          '--non-inter',
          '--interface',
          'occ',
          '--script',
          SCRIPT,
          '--certificate',
          files.clientCertificate,
          '--sslkey',
          files.clientKey,
          '--cafile',
          files.authority,
          '--verbose',
          `https://${ADDRESS.router}:${PORT}/`,
        ],
        { ready: /The tunnel is up/ },
      );
      return {
        clientPid: client.pid,
        serverPid: server.pid,
        cipher: /ciphersuite (\S+)/.exec(client.output())?.[1] ?? 'unknown',
        async close() {
          await client.stop('SIGINT');
          await server.stop();
        },
      };
    } catch (error) {
      await server.stop();
      throw error;
    }
  },
};

function serverConfig(files: PeerCertificates, folder: string): string {
  const settings: Readonly<Record<string, string>> = {
    auth: '"certificate"',
    'ca-cert': files.authority,
    'cert-user-oid': '2.5.4.3',
    'server-cert': files.serverCertificate,
    'server-key': files.serverKey,
    'listen-host': ADDRESS.router,
    'tcp-port': String(PORT),
    'run-as-user': 'root',
    'run-as-group': 'root',
    'socket-file': join(folder, 'ocserv.sock'),
    'isolate-workers': 'false',
    'use-occtl': 'false',
    device: 'ocs',
    'ipv4-network': '10.79.0.0',
    'ipv4-netmask': '255.255.255.0',
    route: `${LAN_NETWORK.address}/${LAN_NETWORK.netmask}`,
    'tls-priorities': '"NORMAL:-CIPHER-ALL:+AES-128-GCM"',
    compression: 'false',
    'cisco-client-compat': 'false',
    'max-clients': '4',
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name} = ${value}\n`)
    .join('');
}
