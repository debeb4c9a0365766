import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FuseV1Options, FuseVersion, flipFuses } from '@electron/fuses';
import { expect, test } from 'vitest';
import { checkFuses } from '../../packaging/desktop/fuses.ts';

/** What `npm run package` leaves here, where it has been run. */
const PACKAGED = join(import.meta.dirname, '../../dist/packages/linux-unpacked/smart-vpn-client');
/** Before the fuses of a binary: of Electron's docs/tutorial/fuses.md. */
const SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
/** As Electron is delivered: version 1, eight fuses, "1" is on. */
const DELIVERED = '\u0001\u000810110011';

test.skipIf(!existsSync(PACKAGED))('the packaged program’s fuses, read back from the binary', async () => {
  await expect(checkFuses(PACKAGED)).resolves.toBeUndefined();
});

test('fuses as Electron is delivered are noticed, each by its name', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'svpn-fuses-'));
  try {
    const binary = join(folder, 'electron');
    await writeFile(binary, `code${SENTINEL}${DELIVERED}more code`, 'latin1');
    await expect(checkFuses(binary)).rejects.toThrow(
      /runAsNode, enableNodeOptionsEnvironmentVariable, enableNodeCliInspectArguments, grantFile/,
    );
    await flipFuses(binary, {
      version: FuseVersion.V1,
      [FuseV1Options.RunAsNode]: false,
      [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
      [FuseV1Options.EnableNodeCliInspectArguments]: false,
      [FuseV1Options.GrantFileProtocolExtraPrivileges]: false,
      [FuseV1Options.EnableCookieEncryption]: true,
      [FuseV1Options.OnlyLoadAppFromAsar]: true,
      [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: true,
    });
    await expect(checkFuses(binary)).resolves.toBeUndefined();
    await flipFuses(binary, { version: FuseVersion.V1, [FuseV1Options.RunAsNode]: true });
    await expect(checkFuses(binary)).rejects.toThrow(/: runAsNode$/);
  } finally {
    await rm(folder, { recursive: true });
  }
});
