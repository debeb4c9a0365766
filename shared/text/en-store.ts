import type { DocumentName } from '../store-problem.ts';
import type { Catalogue } from './catalogue.ts';

const NAMES: Readonly<Record<DocumentName, string>> = {
  profiles: 'profiles',
  settings: 'settings',
  history: 'history',
  'removed-profiles': 'removed profiles',
};

export const storeProblem: Catalogue['storeProblem'] = {
  damaged: ({ document, path, keptAs, detail }) =>
    keptAs === undefined
      ? `The file of your ${NAMES[document]} is damaged (${detail}) and could not be set aside. It is left as it is, so nothing can be saved: ${path}`
      : `The file of your ${NAMES[document]} is damaged (${detail}). Nothing was deleted: it is kept as ${keptAs}`,
  'partly-damaged': ({ document, path, keptAs, faults }) =>
    keptAs === undefined
      ? `Part of the file of your ${NAMES[document]} cannot be read (${few(faults)}). It is left as it is, so nothing can be saved: ${path}`
      : `Part of the file of your ${NAMES[document]} cannot be read (${few(faults)}). Nothing was deleted: the whole file is kept as ${keptAs}`,
  'newer-version': ({ document, path, keptAs, version }) =>
    keptAs === undefined
      ? `The file of your ${NAMES[document]} was written by a newer version of this program (format ${version}). It is left as it is, so nothing can be saved: ${path}`
      : `The file of your ${NAMES[document]} was written by a newer version of this program (format ${version}). It is kept as ${keptAs}`,
  'disk-full': ({ path }) => `Not saved, because the disk is full. What was saved before is intact: ${path}`,
  'read-only': ({ path }) => `Not saved, because the disk can only be read: ${path}`,
  'not-permitted': ({ path }) => `This user may not read or write ${path}`,
  busy: ({ path }) => `Not saved, because another program keeps the files locked: ${path}`,
  'file-failed': ({ path, code }) => `The file could not be read or written (${code}): ${path}`,
  'name-taken': ({ name }) => `There is already a profile called “${name}”. Choose another name.`,
  'changed-meanwhile': ({ name }) =>
    `The profile “${name}” was changed elsewhere while you edited it. Open it again to see it as it is now.`,
  'no-such-profile': ({ id }) => `There is no profile “${id}”.`,
};

/** The first three, and how many more there are. */
function few(faults: readonly string[]): string {
  const shown = faults.slice(0, 3).join('; ');
  return faults.length <= 3 ? shown : `${shown}; and ${faults.length - 3} more`;
}
