import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildElectron } from '../../resources/build-electron.ts';
import packageFile from '../../package.json' with { type: 'json' };
import { bundlePages } from '../contents/bundle.ts';
import type { BundledModules } from '../contents/bundled-modules.ts';
import { inProject } from '../project.ts';
import { runCommand } from '../run-command.ts';
import { readBuilderConfig, withBundlesFrom } from './builder-config.ts';
import { checkFuses } from './fuses.ts';

export interface ElectronOptions {
  /** Electron's distribution, unpacked. */
  readonly distribution: string;
  /** Where packages and the unpacked program go; nothing else is there. */
  readonly folder: string;
  /** electron-builder's names; `dir` = only the folder that would be packaged. */
  readonly targets: readonly ('deb' | 'rpm' | 'AppImage' | 'dir')[];
  /** Unix seconds. */
  readonly date: number;
  /** For what is made on the way. */
  readonly workFolder: string;
}

/** Of the packages, as electron-builder takes it from package.json. */
export const DESKTOP_NAME = packageFile.name;

export interface ElectronPackages {
  /** The program as it is packaged. */
  readonly unpacked: string;
  /** The packages' paths. */
  readonly files: readonly string[];
  /** What went into the bundles. */
  readonly modules: BundledModules;
}

/**
 * The desktop program for Linux, by electron-builder. Its fuses are read back from the binary; rejects when one is not
 * as configured.
 */
export async function buildElectronPackages(options: ElectronOptions): Promise<ElectronPackages> {
  const { distribution, folder, targets, date, workFolder } = options;
  await mkdir(workFolder, { recursive: true });
  const program = await buildElectron(join(workFolder, 'electron'));
  const window = await bundlePages('renderer', join(workFolder, 'renderer'));
  const config = await readBuilderConfig();
  const configFile = join(workFolder, 'electron-builder.json');
  const own = { electronDist: distribution, directories: { output: folder, buildResources: 'resources' } };
  await writeFile(configFile, JSON.stringify({ ...withBundlesFrom(workFolder, config), ...own }));
  const builder = inProject('node_modules', 'electron-builder', 'cli.js');
  const words = [builder, '--config', configFile, '--linux', ...targets, '--publish', 'never'];
  await runCommand(process.execPath, words, {
    cwd: inProject(),
    environment: { SOURCE_DATE_EPOCH: String(date) },
  });
  const name = process.arch === 'x64' ? 'linux-unpacked' : `linux-${process.arch}-unpacked`;
  const unpacked = join(folder, name);
  await checkFuses(join(unpacked, config.linux.executableName));
  return { unpacked, files: await packagesIn(folder, targets), modules: new Set([...program, ...window]) };
}

async function packagesIn(folder: string, targets: readonly string[]): Promise<readonly string[]> {
  const names = (await readdir(folder)).filter((name) => targets.some((kind) => name.endsWith(`.${kind}`)));
  return names.map((name) => join(folder, name));
}
