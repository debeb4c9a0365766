import type { FileTree } from '../contents/file-tree.ts';
import type { DescriptionPlaces } from '../contents/program-descriptions.ts';
import type { Architecture } from '../runtime.ts';

/** `small` is what is given to people; `fast` is for tests, which unpack it at once. */
export type Compression = 'small' | 'fast';

export interface MakeOptions {
  readonly architecture: Architecture;
  /** Unix seconds: of all files, and of the package. */
  readonly date: number;
  readonly compression: Compression;
  /** Of all that is inside, as an SPDX expression. */
  readonly licence: string;
  /** A folder that is not there yet, for what the tool makes on the way. */
  readonly workFolder: string;
}

/** A kind of package, and the tool that makes it. */
export interface PackageFormat {
  readonly name: string;
  readonly tool: string;
  readonly places: DescriptionPlaces;
  /** Makes a package of `files` in the folder `to`, and gives its path. `files` is used up. */
  make(files: FileTree, to: string, options: MakeOptions): Promise<string>;
  /** As other tools name the package (purl). */
  packageUrl(architecture: Architecture): string;
}
