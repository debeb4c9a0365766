import { errorCode } from '../shared/error-code.ts';

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'there is no such folder',
  EISDIR: 'it is a folder',
  EACCES: 'this user may not',
  EPERM: 'this user may not',
  ENOSPC: 'the disk is full',
  EROFS: 'the disk is read-only',
  EIO: 'the disk reports a fault',
  ELOOP: 'it is a link that leads in a circle',
  ENAMETOOLONG: 'its name is too long',
  ENXIO: 'nothing is behind it',
};

/** Why the system refused a file, as the end of a sentence; with the system's own code where there are no words for it. */
export function fileErrorText(error: unknown): string {
  const code = errorCode(error) ?? 'unknown';
  return WORDS[code] ?? `the system says ${code}`;
}
