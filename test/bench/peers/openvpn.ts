import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startBackground } from '../background-program.ts';
import { ADDRESS, LAN_NETWORK } from '../hosts.ts';
import { type PeerCertificates, peerCertificates } from './certificates.ts';
import type { Peer } from './peer.ts';

const PORT = 1194;
const READY = /Initialization Sequence Completed/;
/** The second line comes before or after the first. */
const CLIENT_READY = /(?=[^]*Initialization Sequence Completed)(?=[^]*Data Channel: cipher '[^']+')/;

/** OpenVPN over TCP in TLS mode with AES-128-GCM, everything else as it comes. */
export const openvpn: Peer = {
  name: 'openvpn',
  programs: ['openvpn', 'openssl'],
  async open(hosts) {
    const files = await peerCertificates(hosts.folder);
    const serverFile = join(hosts.folder, 'openvpn-server.conf');
    const clientFile = join(hosts.folder, 'openvpn-client.conf');
    await writeFile(serverFile, serverConfig(files));
    await writeFile(clientFile, clientConfig(files));
    const server = await startBackground(hosts.router, ['openvpn', serverFile], { ready: READY });
    try {
      const client = await startBackground(hosts.client, ['openvpn', clientFile], { ready: CLIENT_READY });
      const cipher = /Data Channel: cipher '([^']+)'/.exec(client.output())?.[1] ?? 'unknown';
      return {
        clientPid: client.pid,
        serverPid: server.pid,
        cipher: /DCO device/.test(client.output()) ? `${cipher}, in the kernel` : cipher,
        async close() {
          await client.stop();
          await server.stop();
        },
      };
    } catch (error) {
      await server.stop();
      throw error;
    }
  },
};

function serverConfig(files: PeerCertificates): string {
  return `
dev-type tun
dev ovpns
proto tcp-server
local ${ADDRESS.router}
lport ${PORT}
topology subnet
server 10.78.0.0 255.255.255.0
keepalive 10 60
push "route ${LAN_NETWORK.address} ${LAN_NETWORK.netmask}"
data-ciphers AES-128-GCM
dh none
ca ${files.authority}
cert ${files.serverCertificate}
key ${files.serverKey}
verb 4
`;
}

function clientConfig(files: PeerCertificates): string {
  return `
client
dev-type tun
dev ovpnc
proto tcp-client
remote ${ADDRESS.router} ${PORT}
nobind
data-ciphers AES-128-GCM
ca ${files.authority}
cert ${files.clientCertificate}
key ${files.clientKey}
verb 4
`;
}
