import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { type Component, licence } from '../bill-of-materials.ts';
import { inProject } from '../project.ts';

/** Electron, for the bill of materials; it brings Node and Chromium, of versions that its own says. */
export async function electronComponent(): Promise<Component> {
  const manifest = await readFile(inProject('node_modules', 'electron', 'package.json'), 'utf8');
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(manifest));
  return {
    type: 'platform',
    'bom-ref': 'electron',
    name: 'electron',
    version,
    licenses: licence('MIT'),
    purl: `pkg:npm/electron@${version}`,
  };
}
