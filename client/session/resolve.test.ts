import { expect, test } from 'vitest';
import { alternateFamilies, resolveServer } from './resolve.ts';

test('an address is taken as it is, without asking anybody', async () => {
  expect(await resolveServer('192.0.2.7')).toEqual({ ok: true, value: ['192.0.2.7'] });
  expect(await resolveServer('2001:db8::7')).toEqual({ ok: true, value: ['2001:db8::7'] });
});

test('a name that cannot exist is not found', async () => {
  // RFC 6761: .invalid never resolves. Without any name server the machine cannot tell.
  const result = await resolveServer('router.invalid');
  const kind = result.ok ? 'found' : result.error.kind;
  expect(['name-not-found', 'network-unreachable']).toContain(kind);
});

test('localhost comes from the system’s own table', async () => {
  const result = await resolveServer('localhost');
  expect(result.ok && result.value.some((address) => ['127.0.0.1', '::1'].includes(address))).toBe(true);
});

test('families alternate, the first one leading, and no address is tried twice', () => {
  expect(alternateFamilies(['::1', '::2', '::1', '10.0.0.1', '::3'])).toEqual([
    '::1',
    '10.0.0.1',
    '::2',
    '::3',
  ]);
  expect(alternateFamilies(['10.0.0.1', '::1', '::2', '::3'])).toEqual(['10.0.0.1', '::1', '::2', '::3']);
  expect(alternateFamilies([])).toEqual([]);
  expect(alternateFamilies(Array.from({ length: 20 }, (_, i) => `10.0.0.${i}`))).toHaveLength(8);
});
