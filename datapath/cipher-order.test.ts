import { DEFAULT_CIPHERS } from 'node:tls';
import { expect, test } from 'vitest';
import { fastCiphersFirst } from './cipher-order.ts';

test('suites with AES-128-GCM come first, and none is lost', () => {
  const names = fastCiphersFirst().split(':');
  expect(names[0]).toBe('TLS_AES_128_GCM_SHA256');
  expect(names.toSorted()).toEqual(DEFAULT_CIPHERS.split(':').toSorted());
  expect(names.find((name) => name.startsWith('ECDHE'))).toMatch(/AES128-GCM/);
});

test('what is excluded stays excluded, and the rest keeps its order', () => {
  expect(fastCiphersFirst('A:TLS_AES_128_GCM_SHA256:B:ECDHE-RSA-AES128-GCM-SHA256:!MD5:HIGH')).toBe(
    'TLS_AES_128_GCM_SHA256:ECDHE-RSA-AES128-GCM-SHA256:A:B:!MD5:HIGH',
  );
});
