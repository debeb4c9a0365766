import type { TunnelFacts } from '../../../shared/connection.ts';

/** What a test's connection comes to. */
export const MADE_TUNNEL: TunnelFacts = {
  interfaceName: 'svpn0',
  address: '192.168.240.121',
  gateway: '192.168.240.1',
  dns: [],
  mtu: 1442,
  cipher: 'TLSv1.3 TLS_AES_256_GCM_SHA384',
  routerAddress: '192.0.2.1',
  authentication: 'PAP',
};
