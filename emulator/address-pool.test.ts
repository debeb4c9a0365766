import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AddressPool } from './address-pool.ts';

describe('AddressPool', () => {
  test('hands out each address once, then none', () => {
    const pool = new AddressPool({ start: '192.168.240.254', count: 3 });
    expect([pool.take(), pool.take(), pool.take(), pool.take()]).toEqual([
      '192.168.240.254',
      '192.168.240.255',
      '192.168.241.0',
      undefined,
    ]);
    pool.release('192.168.240.255');
    expect(pool.take()).toBe('192.168.240.255');
    expect(pool.take()).toBeUndefined();
  });

  test('a released address rests while there are others', () => {
    const pool = new AddressPool({ start: '10.0.0.1', count: 3 });
    pool.release(pool.take() ?? '');
    expect(pool.take()).toBe('10.0.0.2');
  });

  test('reserved addresses are for their owners', () => {
    const pool = new AddressPool({ start: '10.0.0.1', count: 2 }, (address) => address === '10.0.0.1');
    expect(pool.takeWished('10.0.0.1')).toBeUndefined();
    expect(pool.take()).toBe('10.0.0.2');
    expect(pool.take()).toBeUndefined();
    expect(pool.takeStatic('10.0.0.1')).toBe('10.0.0.1');
    expect(pool.takeStatic('10.0.0.1')).toBeUndefined();
  });

  test('a wish is granted inside the range and when free', () => {
    const pool = new AddressPool({ start: '10.0.0.1', count: 2 });
    expect(pool.takeWished('10.0.0.2')).toBe('10.0.0.2');
    expect(pool.takeWished('10.0.0.2')).toBeUndefined();
    expect(pool.takeWished('10.0.0.3')).toBeUndefined();
    expect(pool.takeWished('0.0.0.0')).toBeUndefined();
    expect(pool.takeWished('nonsense')).toBeUndefined();
  });

  test('a static address may lie outside the range', () => {
    const pool = new AddressPool({ start: '10.0.0.1', count: 1 });
    expect(pool.takeStatic('172.16.0.1')).toBe('172.16.0.1');
    expect(pool.used).toBe(1);
    pool.release('172.16.0.1');
    expect(pool.used).toBe(0);
  });

  test('no address is ever held twice', () => {
    const action = fc.oneof(
      fc.constant({ kind: 'take' as const }),
      fc.record({ kind: fc.constant('wish' as const), host: fc.integer({ min: 0, max: 12 }) }),
      fc.record({ kind: fc.constant('release' as const), host: fc.integer({ min: 0, max: 12 }) }),
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
        const pool = new AddressPool({ start: '10.0.0.1', count: 8 });
        const held = new Set<string>();
        for (const act of actions) {
          if (act.kind === 'release') {
            held.delete(`10.0.0.${act.host}`);
            pool.release(`10.0.0.${act.host}`);
            continue;
          }
          const got = act.kind === 'take' ? pool.take() : pool.takeWished(`10.0.0.${act.host}`);
          // a wish may be refused, but the range must be used up before `take` gives nothing
          const mayBeNone = act.kind === 'wish' || held.size === 8;
          expect(got !== undefined || mayBeNone).toBe(true);
          if (got === undefined) continue;
          expect(held.has(got)).toBe(false);
          held.add(got);
        }
        expect(pool.used).toBe(held.size);
      }),
    );
  });
});
