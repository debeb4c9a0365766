import { expect, test } from 'vitest';
import { ipv6RoutesIn, routesIn } from './network-snapshot.ts';

const IPV4 = `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t010071CB\t0003\t0\t0\t100\t00000000\t0\t0\t0
eth0\t007100CB\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0
svpn0\t00000000\t01F0A8C0\t0003\t0\t0\t50\t00000000\t0\t0\t0
`;
const NOTHING = '00000000000000000000000000000000';
const ROUTER = 'fe800000000000000000000000000001';
const IPV6 = `${NOTHING} 00 ${NOTHING} 00 ${ROUTER} 00000400 00000001 00000000 00000003     eth0
20010db8000100000000000000000000 40 ${NOTHING} 00 ${NOTHING} 00000100 00000001 00000000 00000001     eth0
${NOTHING} 00 ${NOTHING} 00 ${NOTHING} ffffffff 00000001 00000000 00200200       lo
`;

test('routes over routers count; those to the neighbours and our own do not', () => {
  expect(routesIn(IPV4)).toEqual(['eth0 00000000 010071CB 100 00000000']);
  expect(routesIn('')).toEqual([]);
});

test('of IPv6 too, whatever its counters say', () => {
  expect(ipv6RoutesIn(IPV6)).toEqual([`eth0 ${NOTHING} 00 ${ROUTER} 00000400`]);
  expect(ipv6RoutesIn(IPV6.replaceAll(' 00000001 00000000 ', ' 00000007 00000009 '))).toEqual(
    ipv6RoutesIn(IPV6),
  );
});
