import { describe, expect, test } from 'vitest';
import { Ipv6cpNegotiation, type Ipv6cpOptions } from './ipv6cp.ts';
import type { ConfigurationOption } from './options.ts';

/** RFC 5072 §4.1, sentence by sentence. */

/** The n-th call gives 1, 2, 3 … in its last byte but one. */
function counting(): (length: number) => Uint8Array {
  let count = 0;
  return (length) => {
    count += 1;
    const bytes = new Uint8Array(length).fill(0xff);
    bytes[length - 2] = count;
    return bytes;
  };
}

function negotiation(options: Partial<Ipv6cpOptions> = {}): Ipv6cpNegotiation {
  return new Ipv6cpNegotiation({ random: counting(), ...options });
}

const identifier = (data: Iterable<number>): ConfigurationOption => ({
  type: 1,
  data: Uint8Array.from(data),
});
const ZERO = identifier([0, 0, 0, 0, 0, 0, 0, 0]);
const OTHER = identifier([0, 0, 0, 0, 0, 0, 0, 9]);
const NOTHING = { reject: [], nak: [], append: [] };

describe("the peer's request", () => {
  test('a different identifier is acknowledged', () => {
    const it = negotiation();
    expect(it.judge([OTHER])).toEqual(NOTHING);
    it.accept([OTHER]);
    expect(it.peerIdentifier).toEqual(OTHER.data);
  });

  test('zero gets a suggestion that is neither zero nor ours', () => {
    const it = negotiation();
    const { nak, reject } = it.judge([ZERO]);
    expect(reject).toEqual([]);
    expect(nak).toHaveLength(1);
    expect(nak[0]?.data).not.toEqual(ZERO.data);
    expect(nak[0]?.data).not.toEqual(it.identifier);
  });

  test('our own gets another, also where random bytes repeat', () => {
    for (const it of [negotiation(), negotiation({ random: (length) => new Uint8Array(length) })]) {
      const [suggestion] = it.judge([identifier(it.identifier)]).nak;
      expect(suggestion?.data).toHaveLength(8);
      expect(suggestion?.data).not.toEqual(it.identifier);
    }
  });

  test("another client's gets another", () => {
    const it = negotiation({ isFree: (wanted) => wanted[7] !== 9 });
    expect(it.judge([OTHER]).nak).toHaveLength(1);
    expect(it.judge([identifier([0, 0, 0, 0, 0, 0, 0, 8])])).toEqual(NOTHING);
  });

  test('what it has already is its own, although it is not free', () => {
    const taken = new Set<string>();
    const it = negotiation({ isFree: (wanted) => !taken.has(wanted.join()) });
    it.accept([OTHER]);
    taken.add(OTHER.data.join());
    expect(it.judge([OTHER])).toEqual(NOTHING);
    it.reset();
    expect(it.judge([OTHER]).nak).toHaveLength(1);
  });

  test('without one, it is asked for once', () => {
    const it = negotiation();
    expect(it.judge([]).append).toHaveLength(1);
    expect(it.judge([])).toEqual(NOTHING);
    it.accept([]);
    expect(it.peerIdentifier).toBeUndefined();
    it.reset();
    expect(it.judge([]).append).toHaveLength(1);
  });

  test('compression, a second identifier and one of another length are rejected', () => {
    const compression = { type: 2, data: Uint8Array.of(0, 0x61) };
    const short = identifier([1, 2, 3]);
    const second = identifier(OTHER.data);
    expect(negotiation().judge([compression, OTHER, short, second]).reject).toEqual([
      compression,
      short,
      second,
    ]);
  });
});

describe('our request', () => {
  test('names an identifier of our own making that claims to be unique on this link only', () => {
    const [option, ...others] = negotiation().request();
    expect(others).toEqual([]);
    expect(option?.data[0]).toBe(0xfd);
    expect(option?.data).toHaveLength(8);
  });

  test("the peer's suggestion is taken", () => {
    const it = negotiation();
    expect(it.refused('nak', [OTHER])).toBe('ask-again');
    expect(it.request()).toEqual([OTHER]);
  });

  test('one that we suggested ourselves, the peer has, or that is zero makes us choose again', () => {
    const it = negotiation();
    const suggestion = it.judge([ZERO]).nak[0] ?? ZERO;
    const taken = identifier([0, 0, 0, 0, 0, 0, 0, 5]);
    it.accept([taken]);
    for (const refused of [suggestion, taken, ZERO]) {
      const before = it.identifier;
      it.refused('nak', [refused]);
      expect(it.identifier).not.toEqual(before);
      expect(it.identifier).not.toEqual(refused.data);
    }
  });

  test('rejected, there is nothing to negotiate', () => {
    const it = negotiation();
    expect(it.refused('reject', it.request().slice())).toBe('give-up');
    expect(it.refused('nak', [{ type: 2, data: Uint8Array.of(0, 0x61) }])).toBe('ask-again');
  });

  test('anew, it is the same: an address was made of it', () => {
    const it = negotiation();
    it.refused('nak', [OTHER]);
    it.reset();
    expect(it.request()).toEqual([OTHER]);
  });
});
