import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { profileSchema, type Profile } from '../../shared/profile.ts';
import {
  exchangeProblemText,
  formatProfileExchange,
  parseProfileExchange,
  planImport,
} from './profile-exchange.ts';

function newProfile(name: string): Profile {
  return profileSchema.parse({ id: crypto.randomUUID(), name, server: 'vpn.example.com' });
}

let next = 0;
const newId = (): string => `00000000-0000-4000-8000-${String((next += 1)).padStart(12, '0')}`;

test('what was exported is imported with ids of its own', () => {
  const profiles = [newProfile('Office'), newProfile('Büro')];
  const text = formatProfileExchange(profiles);
  expect(profiles.every(({ id }) => !text.includes(id))).toBe(true);
  const parsed = parseProfileExchange(text);
  const plan = planImport([], parsed.ok ? parsed.value : [], newId);
  expect(plan.renamed).toEqual([]);
  expect(plan.profiles.map(({ id: _id, ...rest }) => rest)).toEqual(parsed.ok ? parsed.value : undefined);
  expect(plan.profiles.map(({ id }) => id)).not.toEqual(profiles.map(({ id }) => id));
  expect(plan.profiles.map((profile) => profileSchema.parse(profile))).toEqual(plan.profiles);
});

test('names that are taken get a number, also among the imported ones', () => {
  const long = 'x'.repeat(100);
  const existing = [newProfile('Office'), newProfile('office (2)'), newProfile(long)];
  const plan = planImport(
    existing,
    [newProfile('OFFICE'), newProfile('Home'), newProfile('home'), newProfile(long)],
    newId,
  );
  expect(plan.profiles.map(({ name }) => name)).toEqual([
    'OFFICE (3)',
    'Home',
    'home (2)',
    `${'x'.repeat(96)} (2)`,
  ]);
  expect(plan.renamed).toEqual([
    { from: 'OFFICE', to: 'OFFICE (3)' },
    { from: 'home', to: 'home (2)' },
    { from: long, to: `${'x'.repeat(96)} (2)` },
  ]);
});

describe('a text that is no export', () => {
  test.each([
    '',
    'hello',
    '{}',
    '[]',
    '{"version":1}',
    '{"version":1,"profiles":[]}',
    '{"version":1,"format":"other"}',
  ])('%j is refused in a sentence', (text) => {
    const parsed = parseProfileExchange(text);
    expect(parsed).toEqual({ ok: false, error: { kind: 'not-profiles' } });
    expect(parsed.ok || exchangeProblemText(parsed.error)).toBe('This is not a file of exported profiles.');
  });

  test('but one of a newer version says so', () => {
    const parsed = parseProfileExchange('{"version":2,"format":"smart-vpn-profiles","profiles":[]}');
    expect(parsed).toEqual({ ok: false, error: { kind: 'newer-version' } });
  });
});

test('one bad profile refuses all of them, naming profile, field and reason', () => {
  const text = JSON.stringify({
    version: 1,
    format: 'smart-vpn-profiles',
    profiles: [
      { name: 'Good', server: 'vpn.example.com' },
      { name: 'Bad', server: 'a b', port: 'x' },
      { name: 'Typo', server: 'a', advanced: { dns: ['9.9.9.300'] } },
      7,
    ],
  });
  const parsed = parseProfileExchange(text);
  expect(parsed).toEqual({
    ok: false,
    error: {
      kind: 'invalid-profiles',
      faults: [
        '“Bad”, server: Enter a host name or an IP address, for example vpn.example.com',
        '“Typo”, advanced.dns.0: “9.9.9.300” is not an IP address such as 192.168.1.10',
        'profile 4: Enter a group of fields',
      ],
    },
  });
});

test('any text is read or refused, never thrown at', () => {
  const document = fc
    .array(fc.oneof(fc.jsonValue(), fc.record({ name: fc.string(), server: fc.jsonValue() })))
    .map((profiles) => JSON.stringify({ version: 1, format: 'smart-vpn-profiles', profiles }));
  fc.assert(
    fc.property(fc.oneof(fc.string(), document), (text) => {
      const parsed = parseProfileExchange(text);
      expect(parsed.ok || exchangeProblemText(parsed.error).length > 0).toBe(true);
    }),
  );
});
