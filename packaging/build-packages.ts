import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { billOfMaterials } from './bill-of-materials.ts';
import { copyrightText, licenceExpression } from './contents/copyright.ts';
import { FileTree } from './contents/file-tree.ts';
import { type NpmPackage, packagesOf } from './contents/npm-packages.ts';
import { type BuiltProgram, buildProgram, layOutCode, nativePackages } from './contents/program-code.ts';
import { layOutDescriptions } from './contents/program-descriptions.ts';
import type { Compression } from './formats/compression.ts';
import { DEB_PLACES, makeDeb } from './formats/deb.ts';
import { RPM_PLACES, makeRpm } from './formats/rpm.ts';
import { PROJECT } from './project.ts';
import { type Runtime, findRuntimes } from './runtime.ts';
import { readSourceDate } from './source-date.ts';

export interface PackageOptions {
  /** Where the packages go; made when it is not there. */
  readonly folder: string;
  readonly compression: Compression;
  readonly note: (text: string) => void;
}

interface Build extends PackageOptions {
  /** Unix seconds. */
  readonly date: number;
  /** For what is made on the way. */
  readonly work: string;
}

/**
 * Builds a deb and an rpm of the command line for each processor whose runtime is at hand, a bill of materials beside
 * each, and SHA256SUMS of all. Gives their paths.
 */
export async function buildPackages(options: PackageOptions): Promise<readonly string[]> {
  const { folder, note } = options;
  const date = await readSourceDate();
  const runtimes = await findRuntimes();
  await mkdir(folder, { recursive: true });
  // In the same folder, since a file cannot be moved into another file system.
  const work = await mkdtemp(join(folder, '.work-'));
  try {
    note('Bundling the program and its pages…');
    const built = await buildProgram(join(work, 'built'));
    const files: string[] = [];
    for (const runtime of runtimes) {
      note(`Packages for ${runtime.architecture.npm}, with Node ${runtime.nodeVersion}…`);
      files.push(...(await packagesFor(runtime, built, { ...options, date, work })));
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
  const { folder, compression, date, work } = build;
  const { deb, rpm } = runtime.architecture;
  const layOut = async (name: string, places: typeof DEB_PLACES): Promise<FileTree> => {
    const tree = new FileTree(join(work, `${name}-${runtime.architecture.npm}`));
    await layOutCode(tree, built, runtime);
    await layOutDescriptions(tree, places, date);
    const copyright = await copyrightText(packages, runtime);
    await tree.write(`usr/share/doc/${PROJECT.packageName}/copyright`, copyright);
    return tree;
  };
  const files = await Promise.all([
    layOut('deb', DEB_PLACES).then((tree) => makeDeb(tree, folder, { date, compression, architecture: deb })),
    layOut('rpm', RPM_PLACES).then((tree) =>
      makeRpm(tree, folder, {
        date,
        compression,
        architecture: rpm,
        licence: licenceExpression(packages),
        workFolder: join(work, `rpmbuild-${rpm}`),
      }),
    ),
  ]);
  const { packageName, version } = PROJECT;
  const packageUrls = [
    `pkg:deb/${packageName}@${version}?arch=${deb}`,
    `pkg:rpm/${packageName}@${version}-1?arch=${rpm}`,
  ];
  const bills = files.map((file, index) =>
    writeBill(file, packageUrls[index] ?? '', packages, runtime, date),
  );
  return [...files, ...(await Promise.all(bills))];
}

async function writeBill(
  file: string,
  packageUrl: string,
  packages: readonly NpmPackage[],
  runtime: Runtime,
  date: number,
): Promise<string> {
  const bill = `${file}.cdx.json`;
  await writeFile(bill, await billOfMaterials({ date, packageUrl, packages, runtime }));
  return bill;
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
