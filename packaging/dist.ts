import { parseArgs } from 'node:util';
import { electronFolder } from '../cli/electron-binary.ts';
import { buildPackages } from './build-packages.ts';
import { inProject } from './project.ts';
import { isChanged } from './source-date.ts';

/** `npm run dist [-- --output FOLDER --fast]`: builds all packages that this machine can. */
const { values } = parseArgs({
  options: { output: { type: 'string' }, fast: { type: 'boolean', default: false } },
});
const note = (text: string): void => void process.stderr.write(`${text}\n`);

if (await isChanged()) note('Files differ from the commit: what is built is not that commit’s.');
const files = await buildPackages({
  folder: values.output ?? inProject('dist', 'packages'),
  electron: electronFolder(),
  compression: values.fast ? 'fast' : 'small',
  note,
});
process.stdout.write(`${files.join('\n')}\n`);
