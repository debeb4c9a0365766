import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';

/** As the wire has them: characters. */
const STATE = { off: 48, on: 49 } as const;

const PACKAGES = join(import.meta.dirname, '..', '..', 'dist', 'packages');
const UNPACKED: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  linux: 'linux-unpacked/smart-vpn-client',
  win32: 'win-unpacked/Smart VPN Client.exe',
  darwin: 'mac/Smart VPN Client.app',
};

/** As electron-builder.yml says. */
export const FUSES: ReadonlyMap<FuseV1Options, boolean> = new Map([
  [FuseV1Options.RunAsNode, false],
  [FuseV1Options.EnableNodeOptionsEnvironmentVariable, false],
  [FuseV1Options.EnableNodeCliInspectArguments, false],
  [FuseV1Options.GrantFileProtocolExtraPrivileges, false],
  [FuseV1Options.EnableCookieEncryption, true],
  [FuseV1Options.OnlyLoadAppFromAsar, true],
  [FuseV1Options.EnableEmbeddedAsarIntegrityValidation, true],
]);

/** What `npm run package` made here, where it has been run. */
export function packagedProgram(): string | undefined {
  const name = UNPACKED[process.platform];
  const path = join(PACKAGES, name ?? '');
  return name !== undefined && existsSync(path) ? path : undefined;
}

/** Names of the fuses in `program` that are not as they should be. Rejects when it has none. */
export async function wrongFuses(program: string): Promise<string[]> {
  const wire = await getCurrentFuseWire(program);
  return Array.from(FUSES)
    .filter(([fuse, isOn]) => Number(wire[fuse]) !== (isOn ? STATE.on : STATE.off))
    .map(([fuse]) => FuseV1Options[fuse]);
}
