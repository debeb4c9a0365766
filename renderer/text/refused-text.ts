import type { RefusedProfile } from '../../shared/profile-file.ts';
import { faultOf, fieldAt, type EditorField } from '../logic/editor-form.ts';
import type { WindowText } from './en.ts';
import type { TypedField } from './text-types.ts';

/** Which profile of a file could not be read, and why, in the editor's words for its fields. */
export function refusedText({ index, name, issue }: RefusedProfile, text: WindowText): string {
  const { path, code } = issue;
  const field = fieldAt(path);
  const isTyped = field !== undefined && isTypedField(field, text);
  const label = isTyped ? labelOf(field, text) : path.join('.');
  // What is not there is not mistyped.
  const fault =
    isTyped && code !== 'invalid_type' ? text.field[field](faultOf(code), undefined) : text.unusable;
  return text.refused(index, name, label, fault);
}

function isTypedField(field: EditorField, text: WindowText): field is TypedField {
  return Object.hasOwn(text.field, field);
}

function labelOf(field: TypedField, { editor }: WindowText): string {
  switch (field) {
    case 'server':
      return editor.serverOnly;
    case 'motpSecret':
      return editor.secret;
    default:
      return editor[field];
  }
}
