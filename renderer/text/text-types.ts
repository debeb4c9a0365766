import type { ContractError } from '../../shared/contract/contract-error.ts';
import type { Problem } from '../../shared/contract/snapshot-schema.ts';
import type { EditorField, FieldFault } from '../logic/editor-form.ts';

/** A wrong field in words; of a list, the entry that is wrong is named. */
export type FieldWords = (fault: FieldFault['what'], entry: string | undefined) => string;

type Chosen = 'serverType' | 'authentication' | 'ipMode' | 'minimumTls' | 'framesPerRecord';
type Checked =
  | 'forgetPassword'
  | 'forgetMotpSecret'
  | 'rememberCredentials'
  | 'alwaysPrompt'
  | 'useDefaultGateway'
  | 'reconnect'
  | 'blockWhenDown'
  | 'verifyServerCertificate'
  | 'forgetCertificate'
  | 'legacyRenegotiation';

/** The fields in which something can be typed, and so be wrong. */
export type TypedField = Exclude<EditorField, Chosen | Checked>;

export type FieldTexts = Readonly<Record<TypedField, FieldWords>>;

export type ErrorTexts = {
  readonly [Code in Exclude<ContractError['code'], 'not-saved'>]: (
    error: Extract<ContractError, { code: Code }>,
  ) => string;
};

export type ProblemTexts = {
  readonly [Source in Exclude<Problem['source'], 'store' | 'secrets'>]: (
    problem: Extract<Problem, { source: Source }>,
  ) => string;
};

export type UnreadableTexts = Readonly<
  Record<Extract<ContractError, { code: 'unreadable-file' }>['problem'], string>
>;

export type ObstacleTexts = Readonly<
  Record<Extract<ContractError, { code: 'claim-unavailable' }>['reason'], (detail: string) => string>
>;
