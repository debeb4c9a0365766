import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { FuseState } from '@electron/fuses/dist/constants.js';
import { readBuilderConfig } from './builder-config.ts';

/** Switches in Electron's binary, as electron-builder.yml names them. */
const FUSES = {
  runAsNode: FuseV1Options.RunAsNode,
  enableCookieEncryption: FuseV1Options.EnableCookieEncryption,
  enableNodeOptionsEnvironmentVariable: FuseV1Options.EnableNodeOptionsEnvironmentVariable,
  enableNodeCliInspectArguments: FuseV1Options.EnableNodeCliInspectArguments,
  enableEmbeddedAsarIntegrityValidation: FuseV1Options.EnableEmbeddedAsarIntegrityValidation,
  onlyLoadAppFromAsar: FuseV1Options.OnlyLoadAppFromAsar,
  grantFileProtocolExtraPrivileges: FuseV1Options.GrantFileProtocolExtraPrivileges,
} as const;

/** How the fuses of a packaged program are, read from its binary (on macOS: from the .app). */
export async function readFuses(program: string): Promise<Readonly<Record<string, boolean>>> {
  const wire = await getCurrentFuseWire(program);
  return Object.fromEntries(
    Object.entries(FUSES).map(([name, option]) => [name, wire[option] === FuseState.ENABLE]),
  );
}

/** Rejects when a fuse is not as electron-builder.yml wants it. */
export async function checkFuses(program: string): Promise<void> {
  const [{ electronFuses }, found] = await Promise.all([readBuilderConfig(), readFuses(program)]);
  const wrong = Object.entries(electronFuses).filter(([name, isOn]) => found[name] !== isOn);
  if (wrong.length > 0) {
    throw new Error(`Fuses of ${program} are not as configured: ${wrong.map(([name]) => name).join(', ')}`);
  }
}

if (import.meta.main) await checkFuses(process.argv[2] ?? '');
