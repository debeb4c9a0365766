import type { Migration } from '../versioned-document.ts';

/**
 * Version 2 added networks outside the tunnel, blocking while it is down, and one frame per record. All of them are
 * off where a profile does not say otherwise, so that a document of version 1 is one of version 2 as it stands.
 */
export const profilesFrom1: Migration = { from: 1, migrate: (content) => content };
