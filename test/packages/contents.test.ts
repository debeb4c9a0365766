import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { type BuiltPackages, packagesBuilt, packagesCanBeBuilt } from '../support/built-packages.ts';

/** What is inside the deb and the rpm, without installing them. */

const run = promisify(execFile);

/** CycloneDX 1.6 as far as it is used: nothing else may be in it. */
const hashSchema = z.strictObject({
  alg: z.enum(['SHA-256', 'SHA-512']),
  content: z.string().regex(/^([0-9a-f]{64}|[0-9a-f]{128})$/),
});
const licenceSchema = z.union([
  z.strictObject({ license: z.strictObject({ id: z.string() }) }),
  z.strictObject({ expression: z.string() }),
]);
const partSchema = z.strictObject({
  type: z.enum(['application', 'library', 'platform']),
  'bom-ref': z.string().min(1),
  group: z.string().optional(),
  name: z.string().min(1),
  version: z.string().min(1),
  description: z.string().optional(),
  hashes: z.array(hashSchema).optional(),
  licenses: z.array(licenceSchema).optional(),
  purl: z.string().regex(/^pkg:(npm|deb|rpm|generic)\/[^ ]+@[^ ]+$/),
});
const componentSchema = partSchema.extend({ components: z.array(partSchema).optional() });
const billSchema = z.strictObject({
  $schema: z.literal('http://cyclonedx.org/schema/bom-1.6.schema.json'),
  bomFormat: z.literal('CycloneDX'),
  specVersion: z.literal('1.6'),
  serialNumber: z.string().regex(/^urn:uuid:[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/),
  version: z.literal(1),
  metadata: z.strictObject({ timestamp: z.iso.datetime(), component: partSchema }),
  components: z.array(componentSchema),
  dependencies: z.array(z.strictObject({ ref: z.string(), dependsOn: z.array(z.string()) })),
});

// Much is packed and unpacked, and on a busy machine that is not quick.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

describe.skipIf(!packagesCanBeBuilt())('packages', () => {
  let built: BuiltPackages;
  let unpacked: string;
  let home: string;

  beforeAll(async () => {
    built = await packagesBuilt();
    unpacked = await mkdtemp(join(tmpdir(), 'svpn-deb-'));
    home = join(unpacked, 'usr/lib/smart-vpn-client');
    await run('dpkg-deb', ['--extract', built.deb, unpacked]);
  });
  afterAll(() => rm(unpacked, { recursive: true, force: true }));

  async function bill(file: string): Promise<z.infer<typeof billSchema>> {
    return billSchema.parse(JSON.parse(await readFile(`${file}.cdx.json`, 'utf8')));
  }

  async function filesOf(command: string, words: readonly string[]): Promise<string[]> {
    const { stdout } = await run(command, [...words]);
    return stdout.trim().split('\n');
  }

  test('deb and rpm have the same files, but for where zsh looks', async () => {
    const deb = (await filesOf('tar', ['-tf', await dataOf(built.deb)]))
      .filter((path) => !path.endsWith('/'))
      .map((path) => path.replace(/^\./, '').replace('vendor-completions', 'site-functions'));
    const rpm = await filesOf('rpm', ['-qpl', '--nosignature', built.rpm]);
    const folders = new Set(rpm.filter((path) => rpm.some((other) => other.startsWith(`${path}/`))));
    expect(deb.sort()).toEqual(rpm.filter((path) => !folders.has(path)).sort());
  });

  /** The archive of its files, uncompressed. */
  async function dataOf(deb: string): Promise<string> {
    const file = join(unpacked, 'data.tar');
    await run('sh', ['-c', 'dpkg-deb --fsys-tarfile "$0" > "$1"', deb, file]);
    return file;
  }

  test('files are root’s, nothing is writable by others or runs with more rights', async () => {
    const { stdout } = await run('dpkg-deb', ['--contents', built.deb]);
    for (const line of stdout.trim().split('\n')) {
      expect(line).toMatch(/^(d|-)rwxr-xr-x root\/root|^-rw-r--r-- root\/root|^lrwxrwxrwx root\/root/);
    }
    const { stdout: owners } = await run('rpm', [
      '-qp',
      '--nosignature',
      '--qf',
      '[%{FILEUSERNAME} ]',
      built.rpm,
    ]);
    expect(new Set(owners.trim().split(' '))).toEqual(new Set(['root']));
  });

  test('nothing runs as root at installation', async () => {
    const control = await mkdtemp(join(tmpdir(), 'svpn-control-'));
    await run('dpkg-deb', ['--control', built.deb, control]);
    expect((await readdir(control)).sort()).toEqual(['control', 'md5sums']);
    await rm(control, { recursive: true });
    expect((await run('rpm', ['-qp', '--nosignature', '--scripts', built.rpm])).stdout).toBe('');
  });

  test('no file is one of the desktop program’s, so that both can be installed', async () => {
    const files = await filesOf('rpm', ['-qpl', '--nosignature', built.rpm]);
    // Where electron-builder puts what is named after it.
    const desktops = /^\/opt\/|\/(bin|applications|apps)\/smart-vpn-client[^/]*$|^\/etc\//;
    expect(files.filter((path) => desktops.test(path))).toEqual([]);
  });

  test('the deb needs what its binaries are linked with, in these versions', async () => {
    const koffi = join(home, 'node_modules/@koromix');
    const [native = ''] = await readdir(koffi);
    const module = (await readdir(join(koffi, native))).find((name) => name.startsWith('linux_')) ?? '';
    const needs = [join(home, 'node'), join(koffi, native, module, 'koffi.node')].map(
      async (file) => (await run('/usr/lib/rpm/elfdeps', ['--requires', file])).stdout,
    );
    const lines = (await Promise.all(needs)).join('').split('\n');
    const libraries = new Set(lines.flatMap((line) => /^(lib\w+(?:\+\+)?)[\w.]*\.so/.exec(line)?.[1] ?? []));
    const inLibc = new Set(['libc', 'libdl', 'libm', 'libpthread', 'librt']);
    expect([...libraries].filter((name) => !inLibc.has(name)).sort()).toEqual(['libgcc_s', 'libstdc++']);
    expect(newest(lines, 'GLIBC')).toBe('2.28');
    // GCC 5's, which is Debian's libstdc++6 5.
    expect(newest(lines, 'GLIBCXX')).toBe('3.4.21');
    const { stdout } = await run('dpkg-deb', ['--field', built.deb, 'Depends']);
    expect(stdout.trim()).toBe('libc6 (>= 2.28), libgcc-s1 | libgcc1, libstdc++6 (>= 5.2)');
  });

  function newest(lines: readonly string[], symbol: string): string | undefined {
    const versions = lines.flatMap((line) => new RegExp(`\\(${symbol}_([\\d.]+)\\)`).exec(line)?.[1] ?? []);
    return versions.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1);
  }

  test('the program’s modules load nothing that is not there', async () => {
    const program = join(home, 'program');
    const modules = (await readdir(program)).filter((name) => name.endsWith('.js'));
    const texts = await Promise.all(modules.map((name) => readFile(join(program, name), 'utf8')));
    const imports = texts.flatMap((text) =>
      Array.from(
        text.matchAll(/^import .*?from "([^"]+)"|\bimport\("([^"]+)"\)/gm),
        ([, a, b]) => a ?? b ?? '',
      ),
    );
    const others = imports.filter((name) => !name.startsWith('node:') && !name.startsWith('./'));
    // Vite is asked for where there is a window to build, which is in no package.
    expect(new Set(others)).toEqual(new Set(['koffi', 'vite']));
    const both =
      "import('koffi').then(({ default: koffi }) => console.log(koffi === require('koffi').default || koffi.version))";
    const { stdout } = await run(join(home, 'node'), ['-e', both], { cwd: program });
    expect(stdout.trim()).toMatch(/^(true|3\.)/);
    expect(texts.some((text) => /new URL\(["'][^"']+\.ts["']/.test(text))).toBe(false);
  });

  test('bills of materials say what is inside', async () => {
    const { components, dependencies, serialNumber } = await bill(built.deb);
    expect(serialNumber).not.toBe((await bill(built.rpm)).serialNumber);
    const names = components.map(({ group, name }) => (group === undefined ? name : `${group}/${name}`));
    expect(names).toEqual(expect.arrayContaining(['commander', 'koffi', 'node', 'react-dom', 'ws', 'zod']));
    // In node_modules, and in no package.
    for (const absent of ['vite', 'electron', 'typescript', 'playwright-core'])
      expect(names).not.toContain(absent);
    expect(components.every(({ hashes }) => hashes?.length === 1)).toBe(true);
    const reactDom = dependencies.find(({ ref }) => ref === 'node_modules/react-dom');
    expect(reactDom?.dependsOn).toEqual(['node_modules/react', 'node_modules/scheduler']);
  });

  test('what bills refer to is in them, once', async () => {
    const { components, dependencies, metadata } = await bill(built.rpm);
    const all = [
      metadata.component,
      ...components,
      ...components.flatMap(({ components: inner = [] }) => inner),
    ];
    const references = all.map((component) => component['bom-ref']);
    expect(new Set(references).size).toBe(references.length);
    for (const { ref, dependsOn } of dependencies)
      expect(references).toEqual(expect.arrayContaining([ref, ...dependsOn]));
  });

  test('the bill’s Node is the one inside, with its parts', async () => {
    const node = (await bill(built.deb)).components.find(({ name }) => name === 'node');
    const digest = createHash('sha256').update(await readFile(join(home, 'node')));
    expect(node?.hashes).toEqual([{ alg: 'SHA-256', content: digest.digest('hex') }]);
    expect(node?.components?.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['openssl', 'v8', 'zlib']),
    );
    const { stdout } = await run(join(home, 'node'), ['--version']);
    expect(stdout.trim()).toBe(`v${node?.version}`);
  });

  test('every package inside has its licence in the copyright file', async () => {
    const text = await readFile(join(unpacked, 'usr/share/doc/smart-vpn-client-cli/copyright'), 'utf8');
    const named = Array.from(text.matchAll(/^Files: (.+)$/gm), ([, name]) => name ?? '');
    const inside = (await bill(built.deb)).components.map(({ group, name }) =>
      group === undefined ? name : `${group}/${name}`,
    );
    expect(new Set(named)).toEqual(new Set(['*', ...inside]));
  });

  test('checksums are right', async () => {
    await run('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: built.folder });
    const listed = await readFile(join(built.folder, 'SHA256SUMS'), 'utf8');
    expect(listed.match(/^[0-9a-f]{64} {2}\S+$/gm)).toHaveLength(4);
  });

  test('the rpm installs into an empty database, and is erased from it without a rest', async () => {
    const root = await mkdtemp(join(tmpdir(), 'svpn-rpm-'));
    const rpm = (...words: string[]) => run('rpm', ['--root', root, '--dbpath', '/rpmdb', ...words]);
    // There are no other packages in it, so that needs cannot be met; the script of a package there is none.
    await rpm('--install', '--nodeps', '--nosignature', built.rpm);
    expect((await rpm('--verify', '--nodeps', 'smart-vpn-client-cli')).stdout).toBe('');
    const { stdout } = await run(join(root, 'usr/bin/smartvpn'), ['--version']);
    expect(stdout).toMatch(/^\d/);
    await rpm('--erase', 'smart-vpn-client-cli');
    const left = await readdir(root, { recursive: true, withFileTypes: true });
    const files = left.filter((entry) => !entry.isDirectory() && !entry.parentPath.endsWith('/rpmdb'));
    expect(files.map(({ parentPath, name }) => join(parentPath, name))).toEqual([]);
    await rm(root, { recursive: true });
  });
});
