import type {
  CertificateFacts,
  ConnectionStatistics,
  HistoryEntry,
  TunnelFacts,
} from '../../shared/connection.ts';
import type { LogLine } from '../../shared/contract.ts';
import { scriptedProfile } from './scripted-program.ts';

/** Values for scripts: an office, its router, a busy tunnel. */

export const office = scriptedProfile(1, {
  name: 'Head office',
  server: 'vpn.example.com',
  userName: 'hilary',
  authentication: 'motp',
});
export const branch = scriptedProfile(2, { name: 'Branch Hamburg', server: '203.0.113.20', port: 4433 });
export const lab = scriptedProfile(3, { name: 'Lab', server: 'lab.example.net', serverType: 'openvpn' });
export const profiles = [office, branch, lab];

export const tunnel: TunnelFacts = {
  interfaceName: 'vpn0',
  address: '192.168.240.121',
  gateway: '192.168.240.1',
  dns: ['192.168.240.20', '192.168.240.21'],
  mtu: 1442,
  cipher: 'TLSv1.3 TLS_AES_256_GCM_SHA384',
  routerAddress: '203.0.113.5',
  authentication: 'MS-CHAPv2',
};

export const certificate: CertificateFacts = {
  fingerprint:
    'A1:B2:C3:D4:E5:F6:07:18:29:3A:4B:5C:6D:7E:8F:90:A1:B2:C3:D4:E5:F6:07:18:29:3A:4B:5C:6D:7E:8F:90',
  publicKeySha256: 'b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9',
  subject: 'CN=Vigor Router, O=DrayTek Corp., C=TW',
  issuer: 'CN=Vigor Router, O=DrayTek Corp., C=TW',
  names: ['vigor.router'],
  validFrom: '2024-03-01T00:00:00.000Z',
  validTo: '2034-02-27T00:00:00.000Z',
};

export function samples(now: number, count = 240): ConnectionStatistics[] {
  return Array.from({ length: count }, (_, index) => {
    const wave = 1 + Math.sin(index / 9) + 0.4 * Math.sin(index / 2.3);
    return {
      at: now - (count - index) * 1000,
      receivedBytes: 48_000_000 + index * 300_000,
      sentBytes: 5_200_000 + index * 40_000,
      receivedPackets: 41_000 + index * 260,
      sentPackets: 23_500 + index * 140,
      receiveRate: Math.max(0, 9_000_000 * wave),
      sendRate: Math.max(0, 2_400_000 * (2.2 - wave)),
      peakReceiveRate: 31_400_000,
      peakSendRate: 8_900_000,
      roundTrip: 23,
    };
  });
}

export const history: HistoryEntry[] = [
  {
    profileId: office.id,
    profileName: office.name,
    startedAt: Date.UTC(2026, 10, 23, 8, 2),
    endedAt: Date.UTC(2026, 10, 23, 12, 31, 7),
    address: '192.168.240.121',
    receivedBytes: 1_420_000_000,
    sentBytes: 88_000_000,
    end: 'user',
  },
  {
    profileId: office.id,
    profileName: office.name,
    startedAt: Date.UTC(2026, 10, 22, 18, 40),
    endedAt: Date.UTC(2026, 10, 22, 18, 40, 5),
    address: undefined,
    receivedBytes: 0,
    sentBytes: 0,
    end: 'code-refused',
  },
  {
    profileId: office.id,
    profileName: office.name,
    startedAt: Date.UTC(2026, 10, 21, 9, 0),
    endedAt: Date.UTC(2026, 10, 21, 17, 3, 44),
    address: '192.168.240.119',
    receivedBytes: 812_000_000,
    sentBytes: 41_700_000,
    end: 'link-lost',
  },
];

export const log: LogLine[] = [
  { at: Date.UTC(2026, 10, 23, 8, 2, 0, 120), level: 'info', text: 'vpn.example.com is 203.0.113.5' },
  { at: Date.UTC(2026, 10, 23, 8, 2, 0, 180), level: 'info', text: 'TCP connection to 203.0.113.5 port 443' },
  {
    at: Date.UTC(2026, 10, 23, 8, 2, 0, 260),
    level: 'debug',
    text: 'TLSv1.3 TLS_AES_256_GCM_SHA384, resumed: no',
  },
  {
    at: Date.UTC(2026, 10, 23, 8, 2, 0, 300),
    level: 'warn',
    text: 'The router sent a PAP Ack whose identifier is not that of the request',
  },
  { at: Date.UTC(2026, 10, 23, 8, 2, 0, 420), level: 'info', text: 'Signed in as hilary by MS-CHAPv2' },
  {
    at: Date.UTC(2026, 10, 23, 8, 2, 1, 10),
    level: 'info',
    text: 'Address 192.168.240.121, router 192.168.240.1, MTU 1442',
  },
  {
    at: Date.UTC(2026, 10, 23, 12, 31, 7, 10),
    level: 'error',
    text: 'Nothing has come from the router for 30 seconds',
  },
];
