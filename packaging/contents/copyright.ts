import { readFile } from 'node:fs/promises';
import { inProject, PROJECT } from '../project.ts';
import type { Runtime } from '../runtime.ts';
import type { NpmPackage } from './npm-packages.ts';

/** The program's own licence, and that of everything else in the package, in full (Debian's copyright format 1.0). */
export async function copyrightText(packages: readonly NpmPackage[], runtime: Runtime): Promise<string> {
  const own = await readFile(inProject('LICENSE'), 'utf8');
  const holder = /^Copyright .*$/m.exec(own)?.[0].replace('Copyright (c) ', '') ?? '';
  const stanzas = [
    [
      'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/',
      'Upstream-Name: Smart VPN Client',
    ],
    ['Files: *', `Copyright: ${holder}`, 'License: MIT', ...folded(own)],
    ...packages.map(({ name, version, licence, licenceText, author }) => [
      `Files: ${name}`,
      `Comment: version ${version}, from the npm registry`,
      `Copyright: ${copyrightLine(licenceText) ?? author ?? 'its authors'}`,
      `License: ${licence}`,
      ...folded(licenceText ?? `As its package.json says: ${licence}.`),
    ]),
    [
      'Files: node',
      `Comment: Node.js ${runtime.nodeVersion}, unchanged, with what is built into it`,
      'Copyright: Node.js contributors, and those named below',
      'License: Node.js',
      ...folded(await readFile(runtime.nodeLicence, 'utf8')),
    ],
  ];
  return `${stanzas.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

/** Licences of everything in the package, as one SPDX expression. */
export function licenceExpression(packages: readonly NpmPackage[]): string {
  const all = new Set([PROJECT.licence, ...packages.map(({ licence }) => bracketed(licence))]);
  return [...all].join(' AND ');
}

function bracketed(licence: string): string {
  return / OR /.test(licence) && !licence.startsWith('(') ? `(${licence})` : licence;
}

function copyrightLine(text: string | undefined): string | undefined {
  const lines = text?.match(/^\W*Copyright\s+(?:\(c\)|©|\d{4}).*$/gim) ?? [];
  const holders = lines.map((line) => line.replace(/^\W*Copyright\s*(\(c\)|©)?\s*/i, '').trim());
  return holders.length === 0 ? undefined : holders.join(', ');
}

/** Continuation lines of a field: indented, and a dot stands for an empty one. */
function folded(text: string): readonly string[] {
  return text
    .trim()
    .split(/\r?\n/)
    .map((line) => (line.trim() === '' ? ' .' : ` ${line.trimEnd()}`));
}
