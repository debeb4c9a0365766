import { deepStrictEqual, ok } from 'node:assert/strict';
import fc from 'fast-check';
import { assertNever } from '../../shared/assert-never.ts';
import { encodeControlPacket } from '../../shared/protocol/control-packet.ts';
import { encodeOptions } from '../../shared/protocol/options.ts';
import type { PppAuthentication, PppTimer } from '../../shared/protocol/ppp-endpoint.ts';
import { PppProtocol } from '../../shared/protocol/ppp-frame.ts';
import { PppPair, type Side } from '../support/ppp-pair.ts';
import { type NamedProperty, named } from './named-property.ts';

type Action =
  | { readonly kind: 'deliver' }
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'lose' }
  | { readonly kind: 'damage'; readonly at: number; readonly value: number }
  | { readonly kind: 'inject'; readonly side: Side; readonly protocol: number; readonly bytes: Uint8Array }
  | { readonly kind: 'expire'; readonly side: Side; readonly timer: PppTimer }
  | { readonly kind: 'close'; readonly side: Side }
  | { readonly kind: 'echo' };

const byte = fc.nat({ max: 255 });
const side = fc.constantFrom<Side>('client', 'server');
const timer = fc.constantFrom<PppTimer>('lcp', 'authentication', 'ipcp', 'ipv6cp');
const protocol = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...Object.values(PppProtocol)) },
  { weight: 1, arbitrary: fc.nat({ max: 0xffff }) },
);

/** Options with values that negotiation has an opinion on. */
const option = fc.record({
  type: fc.constantFrom(1, 2, 3, 5, 7, 8, 13, 129, 131),
  data: fc.oneof(
    fc.constantFrom(
      Uint8Array.of(),
      Uint8Array.of(0xc0, 0x23),
      Uint8Array.of(0xc2, 0x23, 0x81),
      Uint8Array.of(0xc2, 0x23, 0x05),
      Uint8Array.of(0, 0, 0, 0),
      new Uint8Array(8),
      Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1),
      Uint8Array.of(0, 0, 0, 1),
      Uint8Array.of(1, 2, 3, 4),
      Uint8Array.of(192, 168, 240, 1),
      Uint8Array.of(0x05, 0xa2),
      Uint8Array.of(0, 0),
    ),
    fc.uint8Array({ maxLength: 8 }),
  ),
});
const packet = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.nat({ max: 12 }), fc.nat({ max: 3 }), fc.array(option, { maxLength: 5 }))
      .map(([code, identifier, options]) => encodeControlPacket(code, identifier, encodeOptions(options))),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(byte, byte, fc.uint8Array({ maxLength: 60 }))
      .map(([code, identifier, data]) => encodeControlPacket(code, identifier, data)),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 1504 }) },
);

const action = fc.oneof<fc.WeightedArbitrary<Action>[]>(
  { weight: 24, arbitrary: fc.constant({ kind: 'deliver' }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'duplicate' }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'lose' }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('damage'), at: byte, value: byte }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('inject'), side, protocol, bytes: packet }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('expire'), side, timer }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('close'), side }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'echo' }) },
);

const setting = fc.record({
  /** Packets delivered before the trouble begins: so that it meets every phase, and open links too. */
  calm: fc.nat({ max: 30 }),
  authentication: fc.shuffledSubarray<PppAuthentication>(['PAP', 'CHAP', 'MS-CHAP', 'MS-CHAPv2'], {
    minLength: 1,
  }),
  quirks: fc.record({
    magicOne: fc.boolean(),
    offerNoMru: fc.boolean(),
    firstPapAckIdZero: fc.boolean(),
    askVanJacobsonFirst: fc.boolean(),
    lateNak: fc.boolean(),
  }),
  hasIpv6: fc.boolean(),
  address: fc.constantFrom(undefined, '192.168.240.9', '10.0.0.1'),
  password: fc.constantFrom('secret', 'secret', 'secret', 'wrong'),
  assigned: fc.constantFrom('192.168.240.121', '192.168.240.9', undefined),
});

function perform(pair: PppPair, one: Action): void {
  switch (one.kind) {
    case 'deliver':
      pair.deliver();
      break;
    case 'duplicate': {
      const [next] = pair.queue;
      if (next !== undefined) pair.queue.push(next);
      break;
    }
    case 'lose':
      pair.queue.shift();
      break;
    case 'damage':
      pair.deliver((information) => {
        const changed = Uint8Array.from(information);
        if (changed.length > 0) changed[one.at % changed.length] = one.value;
        return changed;
      });
      break;
    case 'inject':
      pair.receive(one.side, one.protocol, one.bytes);
      break;
    case 'expire':
      pair.expire(one.side, one.timer);
      break;
    case 'close':
      pair.close(one.side);
      break;
    case 'echo':
      pair.echo();
      break;
    default:
      assertNever(one);
  }
}

/** The most that one packet may cause: renegotiation with its events, timers and packets. */
const EFFECTS_PER_CALL = 16;

function checkEnd(events: readonly { readonly kind: string }[], timers: number): void {
  const ends = events.filter(({ kind }) => kind === 'failed' || kind === 'closed');
  ok(ends.length <= 1, 'it ends once');
  if (ends.length === 0) return;
  deepStrictEqual(events.at(-1), ends[0], 'nothing is said after the end');
  deepStrictEqual(timers, 0, 'no timer runs after the end');
}

export const pppProperties: readonly NamedProperty[] = [
  named(
    'PPP endpoints: any packets in any state, bounded effects, no live-lock, one end',
    fc.property(setting, fc.array(action, { maxLength: 60 }), (given, actions) => {
      const pair = new PppPair(
        { address: given.address, password: given.password },
        {
          authentication: given.authentication,
          quirks: given.quirks,
          assignAddress: () => given.assigned,
          ...(given.hasIpv6 ? { ipv6: { isFree: () => true } } : {}),
        },
      );
      pair.start();
      for (let i = 0; i < given.calm; i += 1) pair.deliver();
      for (const one of actions) {
        perform(pair, one);
        checkEnd(pair.clientEvents, pair.timers.client.size);
        checkEnd(pair.serverEvents, pair.timers.server.size);
      }
      ok(pair.mostEffects <= EFFECTS_PER_CALL, `${pair.mostEffects} effects of one call`);
      ok(pair.longestInformation <= 1500, `${pair.longestInformation} bytes sent`);
      ok(pair.settle(500), 'two endpoints left alone come to rest');
      for (let i = 0; i < 200 && pair.expireNext(); i += 1) ok(pair.settle(500), 'they do after a timeout');
      ok(!pair.expireNext(), 'timers come to an end');
    }),
  ),
];
