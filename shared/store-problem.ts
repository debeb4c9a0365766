/** The files that the client keeps, one per concern. */
export type DocumentName = 'profiles' | 'settings' | 'history' | 'removed-profiles';

/**
 * What can be wrong with a kept file. In no case is what stood in it lost: `keptAs` is the path at
 * which the original lies now, undefined when it still lies where it was (and is not written to).
 */
export type StoreProblem =
  /** Nothing in it can be read. `detail` is for a log. */
  | {
      readonly kind: 'damaged';
      readonly document: DocumentName;
      readonly path: string;
      readonly keptAs: string | undefined;
      readonly detail: string;
    }
  /** The rest of it was read. `faults` says in words what was not. */
  | {
      readonly kind: 'partly-damaged';
      readonly document: DocumentName;
      readonly path: string;
      readonly keptAs: string | undefined;
      readonly faults: readonly string[];
    }
  | {
      readonly kind: 'newer-version';
      readonly document: DocumentName;
      readonly path: string;
      readonly keptAs: string | undefined;
      readonly version: number;
    }
  | FileProblem;

/** Why a file could not be read or written. What it held before is intact. */
export type FileProblem =
  | { readonly kind: 'disk-full'; readonly path: string }
  | { readonly kind: 'read-only'; readonly path: string }
  | { readonly kind: 'not-permitted'; readonly path: string }
  /** Another process kept the lock for longer than any write takes. */
  | { readonly kind: 'busy'; readonly path: string }
  /** `code` is the system's, for example EIO. */
  | { readonly kind: 'file-failed'; readonly path: string; readonly code: string };

/** Why a profile was not saved although the file can be written. */
export type ProfileConflict =
  | { readonly kind: 'name-taken'; readonly name: string }
  /** Someone saved or removed it since it was read by whoever edits it. */
  | { readonly kind: 'changed-meanwhile'; readonly name: string }
  | { readonly kind: 'no-such-profile'; readonly id: string };
