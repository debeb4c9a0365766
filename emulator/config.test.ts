import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { routerConfigSchema } from './config.ts';

test('the DNS server that clients are told is the router, unless others are named', () => {
  const dns = (ppp: object) => routerConfigSchema.parse({ ppp }).ppp.dns;
  expect(dns({})).toEqual(['192.168.240.1']);
  expect(dns({ gateway: '10.9.0.1' })).toEqual(['10.9.0.1']);
  expect(dns({ dns: ['9.9.9.9'] })).toEqual(['9.9.9.9']);
  expect(dns({ dns: [] })).toEqual([]);
});

test('what it gives is a configuration that gives the same', () => {
  const config = routerConfigSchema.parse({ users: [{ userName: 'anna', password: 'x' }] });
  expect(routerConfigSchema.parse(JSON.parse(JSON.stringify(config)))).toEqual(config);
});

test('the examples of the documentation are configurations', async () => {
  const page = await readFile(join(import.meta.dirname, '..', 'docs', 'router-emulator.md'), 'utf8');
  const examples = [...page.matchAll(/^```json\n([^]*?)^```$/gm)].map(([, text = '']): unknown =>
    JSON.parse(text),
  );
  expect(examples).toHaveLength(2);
  for (const example of examples) expect(routerConfigSchema.safeParse(example).error).toBeUndefined();
});
