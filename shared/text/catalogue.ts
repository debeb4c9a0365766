import type { ConnectionState, DnsUse, FailureCause, FailureKind, Prompt, Stage } from '../connection.ts';
import type { FailureAction } from '../failure-action.ts';
import type { ServerType } from '../profile.ts';
import type { SecretProblem } from '../secret-problem.ts';
import type { ProfileConflict, StoreProblem } from '../store-problem.ts';

/** What a failure tells a person, in the order in which it is read. */
export interface FailureWords {
  /** A few words for a heading or a notification. No full stop. */
  readonly title: string;
  /** What happened. */
  readonly sentence: string;
  /** What to do about it. */
  readonly nextStep: string;
}

export interface PromptWords {
  readonly title: string;
  /** What stands at the field; undefined when there is nothing to type. */
  readonly label: string | undefined;
  /** What a person must know to answer. */
  readonly explanation: string;
}

/**
 * Everything the client says, in one language. A second language is a second value of this type, and
 * the compiler names what it lacks. No text holds a secret, and none is put together from pieces
 * outside a catalogue.
 */
export interface Catalogue {
  /** A length of time in whole units, rounded: "45 seconds", "2 minutes 5 seconds". */
  readonly duration: (seconds: number) => string;
  /** What is happening now. */
  readonly stage: Readonly<Record<Stage, string>>;
  /** The big word. */
  readonly state: Readonly<Record<ConnectionState['state'], string>>;
  /** What the tunnel's DNS servers are asked, in a part of a sentence or more. */
  readonly dnsUse: Readonly<Record<DnsUse, string>>;
  /** Between two attempts. */
  readonly waiting: (seconds: number, attempt: number) => string;
  readonly blocked: {
    /** Before any state's line while traffic is blocked. */
    readonly line: (line: string) => string;
    /** What that means, and what ends it. */
    readonly sentence: string;
    /** Nothing blocks any longer, although the tunnel is not back. */
    readonly ended: string;
  };
  readonly connectedLine: (address: string, interfaceName: string | undefined) => string;
  readonly failure: {
    readonly [Kind in FailureKind]: (cause: Extract<FailureCause, { kind: Kind }>) => FailureWords;
  };
  /** What stands on the button. */
  readonly action: Readonly<Record<FailureAction, string>>;
  readonly prompt: {
    readonly credentials: (prompt: Extract<Prompt, { kind: 'credentials' }>) => PromptWords;
    readonly secondStep: (refused: boolean, secondsLeft: number) => PromptWords;
    readonly certificate: (prompt: Extract<Prompt, { kind: 'certificate' }>) => PromptWords;
  };
  /** Why a session ended, as a history list says it. */
  readonly ended: (end: 'user' | FailureKind) => string;
  readonly serverType: Readonly<Record<ServerType, string>>;
  readonly storeProblem: {
    readonly [Kind in (StoreProblem | ProfileConflict)['kind']]: (
      problem: Extract<StoreProblem | ProfileConflict, { kind: Kind }>,
    ) => string;
  };
  readonly secretProblem: Readonly<Record<SecretProblem['reason'], (problem: SecretProblem) => string>>;
}
