import { createHash } from 'node:crypto';
import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileTree } from '../contents/file-tree.ts';
import { PROJECT } from '../project.ts';
import { runCommand } from '../run-command.ts';
import type { MakeOptions, PackageFormat } from './package-format.ts';

/**
 * What Node and koffi are linked with, and from which version on (a test reads it from them). Nothing else is needed
 * to start; what is recommended is there on a desktop anyway, and a server is not made one: either of NetworkManager
 * and iproute2 makes the tunnel, and passwords are kept where there is a keyring.
 */
const RELATIONS = {
  Depends: 'libc6 (>= 2.28), libgcc-s1 | libgcc1, libstdc++6 (>= 5.2)',
  Recommends: 'ca-certificates, network-manager | iproute2',
  Suggests: 'bash-completion, gnome-keyring | kwalletmanager, xdg-utils',
} as const;

/**
 * Debian's packages. There are no maintainer scripts: what is to be done at installation (menus, icons, manual pages)
 * the packages that keep these do by themselves.
 */
export const DEB: PackageFormat = {
  name: 'deb',
  tool: 'dpkg-deb',
  places: { zshFunctions: 'usr/share/zsh/vendor-completions' },
  make: makeDeb,
  packageUrl: ({ deb }) => `pkg:deb/${PROJECT.packageName}@${PROJECT.version}?arch=${deb}`,
};

async function makeDeb(files: FileTree, to: string, options: MakeOptions): Promise<string> {
  const { architecture, date, compression } = options;
  await files.write('DEBIAN/control', await controlFile(files, architecture.deb));
  await files.write('DEBIAN/md5sums', await checksums(files));
  await files.settle(date);
  const file = join(to, `${PROJECT.packageName}_${PROJECT.version}_${architecture.deb}.deb`);
  // In one thread: how many a machine has must not be seen in what it makes.
  const compressed = compression === 'small' ? ['-Zxz', '-z6', '--threads-max=1'] : ['-Zgzip', '-z1'];
  const words = ['--root-owner-group', '--uniform-compression', ...compressed, '--build', files.root, file];
  await runCommand(DEB.tool, words, { environment: { SOURCE_DATE_EPOCH: String(date) } });
  return file;
}

async function controlFile(files: FileTree, architecture: string): Promise<string> {
  const [first, ...more] = PROJECT.description;
  const fields = {
    Package: PROJECT.packageName,
    Version: PROJECT.version,
    Architecture: architecture,
    Maintainer: PROJECT.maintainer,
    'Installed-Size': String(await installedKibibytes(files)),
    ...RELATIONS,
    Section: 'net',
    Priority: 'optional',
    Description: [
      PROJECT.summary,
      ...wrapped(first),
      ...more.flatMap((text) => [' .'].concat(wrapped(text))),
    ].join('\n'),
  };
  return `${Object.entries(fields)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n')}\n`;
}

/** Lines of a long description, each behind a space. */
function wrapped(text: string): readonly string[] {
  return text.match(/.{1,78}(?:\s|$)/g)?.map((line) => ` ${line.trimEnd()}`) ?? [];
}

/** As dpkg counts (deb-substvars(5)): each file in whole KiB, and one for each other entry. */
async function installedKibibytes(files: FileTree): Promise<number> {
  const sizes = await Promise.all(
    (await contents(files)).map(async (path) => {
      const found = await lstat(files.at(path));
      return found.isFile() ? Math.ceil(found.size / 1024) : 1;
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** For `dpkg --verify`. MD5, because that is what it reads. */
async function checksums(files: FileTree): Promise<string> {
  const lines: string[] = [];
  for (const path of await contents(files)) {
    if (!(await lstat(files.at(path))).isFile()) continue;
    const hash = createHash('md5').update(await readFile(files.at(path)));
    lines.push(`${hash.digest('hex')}  ${path}\n`);
  }
  return lines.join('');
}

async function contents(files: FileTree): Promise<readonly string[]> {
  return (await files.list()).filter((path) => !path.startsWith('DEBIAN/'));
}
