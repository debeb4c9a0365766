import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileTree } from '../contents/file-tree.ts';
import { PROJECT } from '../project.ts';
import { runCommand } from '../run-command.ts';
import type { MakeOptions, PackageFormat } from './package-format.ts';

/** RPM packages. Needs of libraries are read from Node and koffi by rpmbuild; there are no scripts. */
export const RPM: PackageFormat = {
  name: 'rpm',
  tool: 'rpmbuild',
  places: { zshFunctions: 'usr/share/zsh/site-functions' },
  make: makeRpm,
  packageUrl: ({ rpm }) => `pkg:rpm/${PROJECT.packageName}@${PROJECT.version}-1?arch=${rpm}`,
};

async function makeRpm(files: FileTree, to: string, options: MakeOptions): Promise<string> {
  const { workFolder, date } = options;
  const architecture = options.architecture.rpm;
  await mkdir(workFolder, { recursive: true });
  const specification = join(workFolder, `${PROJECT.packageName}.spec`);
  await writeFile(specification, await specificationFile(files, options));
  await runCommand(RPM.tool, ['-bb', '--quiet', '--target', `${architecture}-linux`, specification], {
    environment: { SOURCE_DATE_EPOCH: String(date), LC_ALL: 'C.UTF-8' },
  });
  const name = `${PROJECT.packageName}-${PROJECT.version}-1.${architecture}.rpm`;
  await rename(join(workFolder, 'RPMS', architecture, name), join(to, name));
  return join(to, name);
}

async function specificationFile(files: FileTree, options: MakeOptions): Promise<string> {
  const listed = (await files.list()).filter((path) => belongsToUs(path));
  const macros = {
    _topdir: options.workFolder,
    // Of the build only the source's date is left: no host, no clock.
    _buildhost: 'reproducible',
    use_source_date_epoch_as_buildtime: '1',
    clamp_mtime_to_source_date_epoch: '1',
    source_date_epoch_from_changelog: '0',
    _binary_payload: options.compression === 'small' ? 'w10.zstdio' : 'w1.zstdio',
    // The files are as they are to be: nothing is stripped, compressed or taken apart.
    debug_package: '%{nil}',
    __os_install_post: '%{nil}',
    _build_id_links: 'none',
  };
  return `${Object.entries(macros)
    .map(([name, value]) => `%global ${name} ${value}`)
    .join('\n')}

Name: ${PROJECT.packageName}
Version: ${PROJECT.version}
Release: 1
Summary: ${PROJECT.summary}
License: ${options.licence}
AutoProv: no
Recommends: ca-certificates
Recommends: (NetworkManager or iproute)
Suggests: gnome-keyring
Suggests: xdg-utils

%description
${PROJECT.description.join('\n\n')}

%install
cp -a ${files.root}/. %{buildroot}/

%files
%defattr(-,root,root,-)
${listed.map(fileLine).join('\n')}
`;
}

/** Folders that only this package has; the others are the system's. */
const OWN_FOLDERS = ['usr/lib/smart-vpn-client/', `usr/share/doc/${PROJECT.packageName}/`];

function belongsToUs(path: string): boolean {
  return !path.endsWith('/') || OWN_FOLDERS.some((folder) => path.startsWith(folder));
}

function fileLine(path: string): string {
  const place = `"/${path.replace(/\/$/, '')}"`;
  if (path.endsWith('/')) return `%dir ${place}`;
  if (path.endsWith('/copyright')) return `%license ${place}`;
  return path.startsWith('usr/share/doc/') || path.startsWith('usr/share/man/') ? `%doc ${place}` : place;
}
