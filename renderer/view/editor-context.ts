import { createContext, use } from 'react';
import type { Platform, ProfileView } from '../../shared/contract/snapshot-schema.ts';
import type { TrustedCertificate } from '../../shared/profile.ts';
import type { EditorField, EditorForm } from '../logic/editor-form.ts';
import type { FieldWords } from '../text/text-types.ts';

/** What the editor's sections share. */
export interface EditorParts {
  readonly form: EditorForm;
  /** Undefined for a new one. */
  readonly profile: ProfileView | undefined;
  /** Of the profile, or of the one that this is a copy of. */
  readonly trusted: TrustedCertificate | undefined;
  readonly platform: Platform;
  readonly change: (changes: Partial<EditorForm>) => void;
  /** What is wrong with a field, once somebody has been there or tried to save. */
  readonly error: (field: EditorField, words: FieldWords) => string | undefined;
  /** A section that is folded must open when saving fails in it. */
  readonly hasFault: (fields: readonly EditorField[]) => boolean;
}

export const EditorContext = createContext<EditorParts | undefined>(undefined);

export function useEditor(): EditorParts {
  const parts = use(EditorContext);
  if (parts === undefined) throw new Error('a section stands outside of the editor');
  return parts;
}
