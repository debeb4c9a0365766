import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FuseV1Options, FuseVersion, flipFuses } from '@electron/fuses';
import { expect, test } from 'vitest';
import { FUSES, packagedProgram, wrongFuses } from './packaged-fuses.ts';

/** Before the fuses of a binary: of Electron's docs/tutorial/fuses.md. */
const SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
/** As Electron is delivered: version 1, eight fuses, "1" is on. */
const DELIVERED = '\u0001\u000810110011';

const program = packagedProgram();

test.skipIf(program === undefined)('the packaged program’s fuses, read back from the binary', async () => {
  expect(await wrongFuses(program ?? '')).toEqual([]);
});

test('fuses as Electron is delivered are noticed, each by its name', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'svpn-fuses-'));
  try {
    const binary = join(folder, 'electron');
    await writeFile(binary, `code${SENTINEL}${DELIVERED}more code`, 'latin1');
    expect(await wrongFuses(binary)).toEqual([
      'RunAsNode',
      'EnableNodeOptionsEnvironmentVariable',
      'EnableNodeCliInspectArguments',
      'GrantFileProtocolExtraPrivileges',
      'EnableCookieEncryption',
      'OnlyLoadAppFromAsar',
      'EnableEmbeddedAsarIntegrityValidation',
    ]);
    await flipFuses(binary, { version: FuseVersion.V1, ...Object.fromEntries(FUSES) });
    expect(await wrongFuses(binary)).toEqual([]);
    await flipFuses(binary, { version: FuseVersion.V1, [FuseV1Options.RunAsNode]: true });
    expect(await wrongFuses(binary)).toEqual(['RunAsNode']);
  } finally {
    await rm(folder, { recursive: true });
  }
});
