import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import packageFile from '../package.json' with { type: 'json' };

/** What all packages say of the program. */
export const PROJECT = {
  root: join(import.meta.dirname, '..'),
  version: packageFile.version,
  /** Of the packages with the command line. The desktop program's is `smart-vpn-client`; both can be installed. */
  packageName: 'smart-vpn-client-cli',
  /** Of its files: command, desktop entry, icons, manual page. None is the desktop program's. */
  program: 'smartvpn',
  summary: 'VPN client for DrayTek Vigor routers, for terminal and browser',
  description: [
    'Dials in to DrayTek Vigor routers over their SSL VPN, with passwords, mOTP and TOTP one-time passwords. ' +
      'It is used from the terminal, or in a window in the browser of the same machine.',
    'A router emulator comes along, to try everything without a router.',
    'It brings its own Node.js runtime. Not affiliated with DrayTek.',
  ],
  maintainer: 'Smart VPN Client maintainers <maintainers@users.noreply.github.com>',
  licence: 'MIT',
} as const;

export function inProject(...path: readonly string[]): string {
  return join(PROJECT.root, ...path);
}

const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({
      integrity: z.string().optional(),
      dependencies: z.record(z.string(), z.string()).optional(),
      optionalDependencies: z.record(z.string(), z.string()).optional(),
      peerDependencies: z.record(z.string(), z.string()).optional(),
    }),
  ),
});

/** package-lock.json's entries, by folder from the project's root: `node_modules/zod`. */
export type LockedPackages = z.infer<typeof lockSchema>['packages'];

export async function readLock(): Promise<LockedPackages> {
  return lockSchema.parse(JSON.parse(await readFile(inProject('package-lock.json'), 'utf8'))).packages;
}
