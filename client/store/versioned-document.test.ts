import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { err, ok } from '../../shared/result.ts';
import { historyFormat, profilesFormat, settingsFormat } from './formats.ts';
import {
  readDocument,
  writeDocument,
  type DocumentContent,
  type DocumentFormat,
  type Migration,
} from './versioned-document.ts';

/** An example with two former versions: first one host, then a list of hosts, now routers with a port. */
const oneHostToMany: Migration = {
  from: 1,
  migrate: ({ host, ...rest }) => ({ ...rest, hosts: [z.string().parse(host)] }),
};
const hostsToRouters: Migration = {
  from: 2,
  migrate: ({ hosts, ...rest }) => ({
    ...rest,
    routers: z
      .array(z.string())
      .parse(hosts)
      .map((host) => ({ host, port: 443 })),
  }),
};

const contentSchema = z.object({ routers: z.array(z.object({ host: z.string(), port: z.number() })) });
type Content = z.infer<typeof contentSchema>;

const example = {
  version: 3,
  migrations: [oneHostToMany, hostsToRouters],
  decode: (content: DocumentContent) => {
    const parsed = contentSchema.safeParse(content);
    return parsed.success ? ok({ value: parsed.data, faults: [] }) : err('no routers');
  },
  encode: (value: Content) => value,
} as const;

const routers = [{ host: 'vpn.example.com', port: 443 }];

describe('migrations', () => {
  test.each([
    '{"version":1,"host":"vpn.example.com"}',
    '{"version":2,"hosts":["vpn.example.com"]}',
    '{"version":3,"routers":[{"host":"vpn.example.com","port":443}]}',
  ])('%s is brought to today’s version, step by step', (text) => {
    expect(readDocument(example, text)).toEqual({ ok: true, value: { value: { routers }, faults: [] } });
  });

  test('a step that meets what its version never wrote gives an error, not an exception', () => {
    expect(readDocument(example, '{"version":1,"host":7}')).toMatchObject({
      ok: false,
      error: { kind: 'damaged', detail: expect.stringMatching(/^version 1 could not be brought to 2/) },
    });
  });

  test('a missing step gives an error', () => {
    const gap = { ...example, migrations: [hostsToRouters] };
    expect(readDocument(gap, '{"version":1,"host":"a"}')).toEqual({
      ok: false,
      error: { kind: 'damaged', detail: 'no way from version 1 to 2' },
    });
  });

  const formats: readonly Pick<DocumentFormat<never>, 'name' | 'version' | 'migrations'>[] = [
    profilesFormat,
    settingsFormat,
    historyFormat,
  ];
  test.each(formats.map((format) => [format.name, format] as const))('of %s lead to today', (_, format) => {
    expect(format.migrations.map(({ from }) => from)).toEqual(
      Array.from({ length: format.version - 1 }, (_, index) => index + 1),
    );
  });
});

test('a newer version is not guessed at', () => {
  expect(readDocument(example, '{"version":4,"routers":[]}')).toEqual({
    ok: false,
    error: { kind: 'newer-version', version: 4 },
  });
});

test.each([
  ['', 'empty'],
  [' \n', 'empty'],
  ['\0\0\0\0', 'not JSON'],
  ['{"version":3,"routers":[', 'not JSON'],
  ['null', 'not a JSON object'],
  ['[1]', 'not a JSON object'],
  ['{}', 'no version number'],
  ['{"version":"3"}', 'no version number'],
  ['{"version":0}', 'no version number'],
  ['{"version":2.5}', 'no version number'],
  ['{"version":3,"routers":7}', 'no routers'],
])('%j is damaged: %s', (text, detail) => {
  expect(readDocument(example, text)).toEqual({ ok: false, error: { kind: 'damaged', detail } });
});

test('a byte order mark is not damage', () => {
  expect(readDocument(example, '\uFEFF{"version":3,"routers":[]}').ok).toBe(true);
});

test('no fault quotes what stands in the file', () => {
  const faults = [
    '{"version":3,"x":"hunter2',
    '"hunter2"',
    '{"version":"hunter2"}',
    '{"version":3,"routers":"hunter2"}',
  ];
  expect(JSON.stringify(faults.map((text) => readDocument(example, text)))).not.toContain('hunter2');
});

test('what is written is read back', () => {
  const router = fc.record({ host: fc.string(), port: fc.integer() });
  fc.assert(
    fc.property(fc.array(router), (routers) => {
      const text = writeDocument(example, { routers });
      expect(text.endsWith('}\n')).toBe(true);
      expect(readDocument(example, text)).toEqual({ ok: true, value: { value: { routers }, faults: [] } });
    }),
  );
});

test('any text is read or refused, never thrown at', () => {
  const version = fc.oneof(fc.integer({ min: 1, max: 4 }), fc.jsonValue());
  const document = fc
    .tuple(version, fc.dictionary(fc.constantFrom('host', 'hosts', 'routers', '__proto__'), fc.jsonValue()))
    .map(([version, content]) => JSON.stringify({ ...content, version }));
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json(), document), (text) => {
      expect(typeof readDocument(example, text).ok).toBe('boolean');
      expect(typeof readDocument(profilesFormat, text).ok).toBe('boolean');
      expect(typeof readDocument(settingsFormat, text).ok).toBe('boolean');
      expect(typeof readDocument(historyFormat, text).ok).toBe('boolean');
    }),
  );
});
