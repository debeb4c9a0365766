import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { billOfMaterials } from './bill-of-materials.ts';
import { copyrightText, licenceExpression } from './contents/copyright.ts';
import { FileTree } from './contents/file-tree.ts';
import { type NpmPackage, packagesOf } from './contents/npm-packages.ts';
import { type BuiltProgram, buildProgram, layOutCode, nativePackages } from './contents/program-code.ts';
import { layOutDescriptions } from './contents/program-descriptions.ts';
import { electronComponent } from './desktop/electron-component.ts';
import { DESKTOP_NAME, buildElectronPackages } from './desktop/electron-packages.ts';
import { DEB } from './formats/deb.ts';
import type { Compression, PackageFormat } from './formats/package-format.ts';
import { RPM } from './formats/rpm.ts';
import { nodeComponent } from './node-component.ts';
import { PROJECT } from './project.ts';
import { runCommand } from './run-command.ts';
import { type Runtime, findRuntimes } from './runtime.ts';
import { readSourceDate } from './source-date.ts';

export interface PackageOptions {
  /** Electron's distribution, unpacked: with it the desktop program is packaged too. */
  readonly electron?: string | undefined;
  /** Where the packages go; made when it is not there. */
  readonly folder: string;
  readonly compression: Compression;
  readonly note: (text: string) => void;
}

interface Build extends PackageOptions {
  /** Unix seconds. */
  readonly date: number;
  readonly formats: readonly PackageFormat[];
  /** For what is made on the way. */
  readonly work: string;
}

/**
 * Builds a deb and an rpm of the command line for each processor whose runtime is at hand, those of the desktop program
 * with Electron, a bill of materials beside each, and SHA256SUMS of all. Gives their paths.
 */
export async function buildPackages(options: PackageOptions): Promise<readonly string[]> {
  const { folder, note } = options;
  const date = await readSourceDate();
  const runtimes = await findRuntimes();
  const formats = await possibleFormats(note);
  await mkdir(folder, { recursive: true });
  // In the same folder, since a file cannot be moved into another file system.
  const work = await mkdtemp(join(folder, '.work-'));
  try {
    note('Bundling the program and its pages…');
    const built = await buildProgram(join(work, 'built'));
    const files: string[] = [];
    for (const runtime of runtimes) {
      note(`Packages for ${runtime.architecture.npm}, with Node ${runtime.nodeVersion}…`);
      files.push(...(await packagesFor(runtime, built, { ...options, date, formats, work })));
    }
    if (options.electron !== undefined) {
      note('Packages of the desktop program…');
      files.push(...(await desktopPackages(options.electron, { ...options, date, formats, work })));
    }
    await writeFile(join(folder, 'SHA256SUMS'), await checksums(files));
    return [...files, join(folder, 'SHA256SUMS')];
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function packagesFor(runtime: Runtime, built: BuiltProgram, build: Build): Promise<readonly string[]> {
  const native = nativePackages(runtime).map((name) => `node_modules/${name}`);
  const packages = await packagesOf(built.modules, native);
  const made = build.formats.map((format) => makePackage(format, packages, runtime, built, build));
  return (await Promise.all(made)).flat();
}

/** Gives the package and its bill of materials. */
async function makePackage(
  format: PackageFormat,
  packages: readonly NpmPackage[],
  runtime: Runtime,
  built: BuiltProgram,
  { folder, work, date, compression }: Build,
): Promise<readonly string[]> {
  const { architecture } = runtime;
  const name = `${format.name}-${architecture.npm}`;
  const tree = new FileTree(join(work, name));
  await layOutCode(tree, built, runtime);
  await layOutDescriptions(tree, format.places, date);
  const copyright = await copyrightText(packages, runtime);
  await tree.write(`usr/share/doc/${PROJECT.packageName}/copyright`, copyright);
  await tree.settle(date);
  const licence = licenceExpression(packages);
  const workFolder = join(work, `${name}-tool`);
  const file = await format.make(tree, folder, { architecture, date, compression, licence, workFolder });
  const bill = `${file}.cdx.json`;
  const facts = { name: PROJECT.packageName, packageUrl: format.packageUrl(architecture) };
  const platform = await nodeComponent(runtime);
  await writeFile(bill, billOfMaterials({ ...facts, date, packages, platform }));
  return [file, bill];
}

/** Gives the packages and their bills of materials. */
async function desktopPackages(distribution: string, build: Build): Promise<readonly string[]> {
  const { folder, date, work } = build;
  const { files, modules } = await buildElectronPackages({
    distribution,
    folder: join(work, 'desktop'),
    targets: ['deb', 'rpm', 'AppImage'],
    date,
    workFolder: join(work, 'desktop-bundles'),
  });
  const native = ['koffi', `@koromix/koffi-linux-${process.arch}`].map((name) => `node_modules/${name}`);
  const packages = await packagesOf(modules, native);
  const platform = await electronComponent();
  const made = files.map(async (packed) => {
    const file = join(folder, basename(packed));
    await rename(packed, file);
    const packageUrl = `pkg:generic/${DESKTOP_NAME}@${PROJECT.version}?file_name=${encodeURIComponent(basename(file))}`;
    const facts = { name: DESKTOP_NAME, packageUrl, date, packages, platform };
    await writeFile(`${file}.cdx.json`, billOfMaterials(facts));
    return [file, `${file}.cdx.json`];
  });
  return (await Promise.all(made)).flat();
}

/** What this machine has the tools for; of the others `note` is told. */
async function possibleFormats(note: (text: string) => void): Promise<readonly PackageFormat[]> {
  const formats = [DEB, RPM];
  const isThere = formats.map(({ tool }) =>
    runCommand(tool, ['--version']).then(
      () => true,
      () => false,
    ),
  );
  const there = await Promise.all(isThere);
  for (const [index, { name, tool }] of formats.entries()) {
    if (there[index] !== true) note(`No ${name} is built: ${tool} is not on this machine.`);
  }
  return formats.filter((_, index) => there[index]);
}

/** As sha256sum writes and checks them. */
async function checksums(files: readonly string[]): Promise<string> {
  const sorted = files.map((file) => ({ file, name: basename(file) }));
  sorted.sort((a, b) => (a.name < b.name ? -1 : 1));
  const lines = sorted.map(async ({ file, name }) => {
    const hash = createHash('sha256').update(await readFile(file));
    return `${hash.digest('hex')}  ${name}\n`;
  });
  return (await Promise.all(lines)).join('');
}
