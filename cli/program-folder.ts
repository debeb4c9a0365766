import { join } from 'node:path';

/**
 * Where the program's own files are: the project's folder or, of an installed program, one that is laid out alike.
 * Bundled, all modules are in one folder beside `dist`, as this one is.
 */
export const PROGRAM_FOLDER = join(import.meta.dirname, '..');
