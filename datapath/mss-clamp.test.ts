import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readUint16 } from '../shared/ip/byte-order.ts';
import { clampMss } from './mss-clamp.ts';
import { isIntact, tcpPacket } from './testing/packets.ts';

const SYN = 0x02;

function clamped(packet: Uint8Array, mtu: number): Uint8Array {
  const buffer = Uint8Array.of(9, 9, 9, ...packet, 9);
  clampMss(buffer, 3, 3 + packet.length, mtu);
  expect([buffer[2], buffer.at(-1)]).toEqual([9, 9]);
  return buffer.slice(3, 3 + packet.length);
}

describe('a SYN', () => {
  test.each([
    ['IPv4', 4, Uint8Array.of(2, 4, 0x05, 0xb4), 42, 1400 - 40],
    ['IPv6', 6, Uint8Array.of(2, 4, 0x05, 0xb4), 62, 1400 - 60],
    ['behind other options', 4, Uint8Array.of(1, 1, 4, 2, 2, 4, 0x05, 0xb4), 46, 1360],
    ['at an odd place', 4, Uint8Array.of(1, 2, 4, 0x05, 0xb4, 0, 0, 0), 43, 1360],
  ] as const)('%s', (_, version, tcpOptions, at, expected) => {
    const packet = clamped(tcpPacket({ version, flags: SYN, tcpOptions }), 1400);
    expect(readUint16(packet, at)).toBe(expected);
    expect(isIntact(packet)).toBe(true);
  });

  test('that asks for less keeps it', () => {
    const packet = tcpPacket({ flags: SYN, tcpOptions: Uint8Array.of(2, 4, 2, 0) });
    expect(clamped(packet, 1400)).toEqual(packet);
  });

  test('with any options: the checksum is right as before, and wrong where it was', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 8, maxLength: 8 }),
        fc.nat(7),
        fc.boolean(),
        (options, at, isDamaged) => {
          options.set(Uint8Array.of(2, 4, 0xff, 0xf0).subarray(0, 8 - at), at);
          const packet = tcpPacket({ flags: SYN, tcpOptions: options });
          if (isDamaged) packet[8 + 20] = (packet[28] ?? 0) ^ 1;
          expect(isIntact(clamped(packet, 1280))).toBe(!isDamaged);
        },
      ),
    );
  });
});

test('everything else stays as it is', () => {
  const tcpOptions = Uint8Array.of(2, 4, 0x05, 0xb4);
  for (const fields of [
    { flags: 0x10 },
    { flags: SYN, fragmentation: 1 },
    { flags: SYN, tcpOptions: Uint8Array.of(2, 9, 5, 5) },
  ]) {
    const packet = tcpPacket({ tcpOptions, ...fields });
    expect(clamped(packet, 1280)).toEqual(packet);
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      expect(clamped(bytes, 1280)).toEqual(bytes);
    }),
  );
});
