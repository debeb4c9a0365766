import type { z } from 'zod';
import { profileSchema, type Profile } from './profile.ts';
import { isSameRouter } from './server-address.ts';

/** A profile as it is typed or imported: without what the program itself adds. */
export const profileDraftSchema = profileSchema.omit({ id: true, trustedCertificate: true });
export type ProfileDraft = z.infer<typeof profileDraftSchema>;
export type ProfileDraftInput = z.input<typeof profileDraftSchema>;

/** A draft as the profile `id`. */
export function newProfile(draft: ProfileDraft, id: string): Profile {
  return { ...draft, id };
}

/** An edited profile. Trust in a certificate belongs to the router it was given for. */
export function editedProfile(draft: ProfileDraft, previous: Profile): Profile {
  return {
    ...draft,
    id: previous.id,
    ...(isSameRouter(draft, previous) && previous.trustedCertificate !== undefined
      ? { trustedCertificate: previous.trustedCertificate }
      : {}),
  };
}
