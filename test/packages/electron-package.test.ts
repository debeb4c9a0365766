import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createPackage, extractAll, listPackage } from '@electron/asar';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { electronFolder } from '../../cli/electron-binary.ts';
import { buildElectronPackages } from '../../packaging/desktop/electron-packages.ts';
import { checkFuses, readFuses } from '../../packaging/desktop/fuses.ts';

/**
 * What electron-builder makes of this project: of Electron's own distribution where it is on this machine, else of a
 * stand-in that has a binary's fuses and nothing to run.
 */

const run = promisify(execFile);
/** Before its fuses stands this in Electron's binary, then their version and how many there are. */
const SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
/** As Electron is delivered: 1 = on, in the order of FuseV1Options. */
const DELIVERED = '10110011';

let folder: string;
let unpacked: string;

// Much is bundled and copied, and on a busy machine that is not quick.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'svpn-electron-'));
  const distribution = electronFolder() ?? (await makeStandIn(join(folder, 'stand-in')));
  ({ unpacked } = await buildElectronPackages({
    distribution,
    folder: join(folder, 'packages'),
    targets: ['dir'],
    date: 1_700_000_000,
    workFolder: join(folder, 'work'),
  }));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function makeStandIn(place: string): Promise<string> {
  await mkdir(join(place, 'resources'), { recursive: true });
  await mkdir(join(place, 'locales'));
  const binary = Buffer.concat([
    Buffer.from(SENTINEL),
    Buffer.from([1, DELIVERED.length]),
    Buffer.from(DELIVERED),
  ]);
  await writeFile(join(place, 'electron'), binary);
  await chmod(join(place, 'electron'), 0o755);
  for (const file of ['LICENSE', 'LICENSES.chromium.html', 'version', 'chrome-sandbox']) {
    await writeFile(join(place, file), file);
  }
  const nothing = join(place, '..', 'nothing');
  await mkdir(nothing);
  await writeFile(join(nothing, 'main.js'), '');
  await createPackage(nothing, join(place, 'resources', 'default_app.asar'));
  return place;
}

test('fuses are off that could be used against its users, and on that protect them', async () => {
  expect(await readFuses(join(unpacked, 'smart-vpn-client'))).toEqual({
    runAsNode: false,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    grantFileProtocolExtraPrivileges: false,
    enableCookieEncryption: true,
    onlyLoadAppFromAsar: true,
    enableEmbeddedAsarIntegrityValidation: true,
  });
});

test('a binary whose fuses are as delivered is refused', async () => {
  const standIn = await makeStandIn(join(await mkdtemp(join(folder, 'other-')), 'stand-in'));
  await expect(checkFuses(join(standIn, 'electron'))).rejects.toThrow('runAsNode');
});

test('the archive has what runs, and nothing else', () => {
  const files = listPackage(join(unpacked, 'resources', 'app.asar'), { isPack: false });
  const expected = [
    /^\/package\.json$/,
    /^\/LICENSE$/,
    /^\/dist(\/(electron|renderer)(\/.*)?)?$/,
    /^\/resources(\/(tray|icons)(\/[\w@-]+\.png)?)?$/,
    /^\/node_modules(\/@koromix(\/.*)?)?$/,
    /^\/node_modules\/koffi(\/(package\.json|index\.c?js|src(\/koffi(\/(index\.c?js|src(\/static\.c?js)?))?)?))?$/,
  ];
  expect(files.filter((file) => !expected.some((pattern) => pattern.test(file)))).toEqual([]);
  expect(files).toEqual(expect.arrayContaining(['/dist/electron/main.js', '/dist/electron/preload.cjs']));
});

test('the native module can be loaded from it', async () => {
  const extracted = join(folder, 'extracted');
  extractAll(join(unpacked, 'resources', 'app.asar'), extracted);
  const script = "import('koffi').then(() => console.log(require('koffi').version))";
  const { stdout } = await run(process.execPath, ['-e', script], { cwd: extracted });
  const { version }: { version: string } = JSON.parse(
    await readFile(join(extracted, 'node_modules/koffi/package.json'), 'utf8'),
  );
  expect(stdout.trim()).toBe(version);
});
