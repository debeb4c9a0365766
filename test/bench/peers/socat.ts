import { startBackground } from '../background-program.ts';
import { ADDRESS, LAN_NETWORK } from '../hosts.ts';
import { peerCertificates } from './certificates.ts';
import type { Peer } from './peer.ts';

const PORT = 4434;
const CIPHER = 'ECDHE-ECDSA-AES128-GCM-SHA256';
const READY = /starting data transfer loop/;

/** The least that a tunnel can do: socat, a TLS record for each packet. */
export const socat: Peer = {
  name: 'socat',
  programs: ['socat', 'openssl'],
  async open(hosts) {
    const files = await peerCertificates(hosts.folder);
    // In TLS 1.2 socat can choose the cipher.
    const tls = `cafile=${files.authority},openssl-max-proto-version=TLS1.2,cipher=${CIPHER}`;
    const listen = `OPENSSL-LISTEN:${PORT},bind=${ADDRESS.router},reuseaddr,nodelay,${tls}`;
    const server = await startBackground(
      hosts.router,
      [
        'socat',
        '-d',
        '-d',
        `${listen},cert=${files.serverCertificate},key=${files.serverKey}`,
        'TUN:10.80.0.1/24,tun-name=socs,iff-no-pi,iff-up',
      ],
      { ready: /listening on/ },
    );
    try {
      const connect = `OPENSSL-CONNECT:${ADDRESS.router}:${PORT},nodelay,${tls}`;
      const client = await startBackground(
        hosts.client,
        [
          'socat',
          '-d',
          '-d',
          `${connect},cert=${files.clientCertificate},key=${files.clientKey}`,
          'TUN:10.80.0.2/24,tun-name=socc,iff-no-pi,iff-up',
        ],
        { ready: READY },
      );
      await hosts.client.exec(['ip', 'route', 'add', LAN_NETWORK.cidr, 'via', '10.80.0.1']);
      return {
        clientPid: client.pid,
        serverPid: server.pid,
        cipher: CIPHER,
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
