import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const config = await readFile(join(import.meta.dirname, '..', 'electron-builder.yml'), 'utf8');

test.each([
  ['runAsNode', false],
  ['enableNodeOptionsEnvironmentVariable', false],
  ['enableNodeCliInspectArguments', false],
  ['grantFileProtocolExtraPrivileges', false],
  ['enableCookieEncryption', true],
  ['onlyLoadAppFromAsar', true],
  ['enableEmbeddedAsarIntegrityValidation', true],
])('the fuse %s is %s', (fuse, isOn) => {
  expect(config).toMatch(new RegExp(`^  ${fuse}: ${String(isOn)}$`, 'm'));
});

test('the package carries what is named, and nothing else', () => {
  expect(config).toMatch(/^files:\n {2}- '!\*\*\/\*'$/m);
  expect(config).not.toMatch(/test\/|emulator|disable(AsarIntegrity|SanityCheckAsar)/);
});
