import { readFile, readdir } from 'node:fs/promises';
import { bashCompletion } from '../completions/bash.ts';
import { fishCompletion } from '../completions/fish.ts';
import { zshCompletion } from '../completions/zsh.ts';
import { readCommandTree } from '../describe/command-tree.ts';
import { manualPage } from '../describe/manual-page.ts';
import { inProject, PROJECT } from '../project.ts';
import { DESKTOP_ENTRY } from './desktop-entry.ts';
import type { FileTree } from './file-tree.ts';
import { metainfo, METAINFO_ID } from './metainfo.ts';

export interface DescriptionPlaces {
  /** Where this family of systems has zsh look for what packages bring. */
  readonly zshFunctions: string;
}

/** What users need and the program's help has no room for. */
const GUIDES = ['command-line.md', 'router-emulator.md', 'security.md'];

/** What shells, menus, software centres and people read. `date` in Unix seconds. */
export async function layOutDescriptions(
  tree: FileTree,
  { zshFunctions }: DescriptionPlaces,
  date: number,
): Promise<void> {
  const { program, version } = PROJECT;
  const commands = await readCommandTree();
  await tree.writeCompressed(`usr/share/man/man1/${program}.1`, manualPage(commands, { version, date }));
  await tree.write(`usr/share/bash-completion/completions/${program}`, bashCompletion(commands));
  await tree.write(`${zshFunctions}/_${program}`, zshCompletion(commands));
  await tree.write(`usr/share/fish/vendor_completions.d/${program}.fish`, fishCompletion(commands));
  await tree.write(`usr/share/applications/${program}.desktop`, DESKTOP_ENTRY);
  await tree.write(`usr/share/metainfo/${METAINFO_ID}.metainfo.xml`, metainfo(date));
  await tree.writeCompressed(
    `usr/share/doc/${PROJECT.packageName}/changelog`,
    await readFile(inProject('CHANGELOG.md'), 'utf8'),
  );
  for (const guide of GUIDES) {
    await tree.copy(inProject('docs', guide), `usr/share/doc/${PROJECT.packageName}/${guide}`);
  }
  await layOutIcons(tree);
}

async function layOutIcons(tree: FileTree): Promise<void> {
  const theme = 'usr/share/icons/hicolor';
  for (const file of await readdir(inProject('resources', 'icons'))) {
    const size = file.replace('.png', '');
    // The theme has no place for larger ones.
    if (size === '1024x1024') continue;
    await tree.copy(inProject('resources', 'icons', file), `${theme}/${size}/apps/${PROJECT.program}.png`);
  }
  await tree.copy(inProject('resources', 'svg', 'icon.svg'), `${theme}/scalable/apps/${PROJECT.program}.svg`);
}
