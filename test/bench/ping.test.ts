import { expect, test } from 'vitest';
import { parsePings } from './ping.ts';

test('round trips of those that came back, and how many were sent', () => {
  const text = `PING 10.77.0.2 (10.77.0.2) 56(84) bytes of data.
64 bytes from 10.77.0.2: icmp_seq=1 ttl=63 time=0.045 ms
64 bytes from 10.77.0.2: icmp_seq=3 ttl=63 time=1012 ms (DUP!)

--- 10.77.0.2 ping statistics ---
3 packets transmitted, 2 received, 33.3333% packet loss, time 41ms
rtt min/avg/max/mdev = 0.045/506.022/1012.0/505.977 ms
`;
  expect(parsePings(text)).toEqual({ sent: 3, roundTrips: [0.045, 1012] });
});

test('the end of the output is missing', () => {
  expect(parsePings('64 bytes from 10.77.0.2: icmp_seq=1 ttl=63 time=0.5 ms\n')).toEqual({
    sent: 1,
    roundTrips: [0.5],
  });
});
