import { ControlCode } from './control-packet.ts';
import type { ConfigurationOption } from './options.ts';

/** RFC 1661 §4.6: Naks in a row before the options at fault are rejected instead. */
export const MAX_FAILURE = 5;

/** What is wrong with a peer's Configure-Request. Nothing in any list: it is acceptable. */
export interface Judgement {
  /** The peer's options that we cannot take at all, as they came. */
  readonly reject: readonly ConfigurationOption[];
  /** The peer's options with a value that we would take. */
  readonly nak: readonly ConfigurationOption[];
  /** Options that the peer left out and that we want (RFC 1661 §5.3). */
  readonly append: readonly ConfigurationOption[];
}

/** The options of one control protocol: what we ask for and what we grant. */
export interface Negotiation {
  /** The options of our next Configure-Request. */
  request(): readonly ConfigurationOption[];
  judge(options: readonly ConfigurationOption[]): Judgement;
  /** The peer's options are being acknowledged. */
  accept(options: readonly ConfigurationOption[]): void;
  /** The peer acknowledged our last request. `ask-again`: we want something else still. */
  acknowledged(): 'agreed' | 'ask-again';
  /** The peer refused options of our last request. */
  refused(how: 'nak' | 'reject', options: readonly ConfigurationOption[]): 'ask-again' | 'give-up';
}

/** A Configure-Nak or Configure-Reject to be sent. */
export interface ConfigureRefusal {
  readonly code: number;
  readonly options: readonly ConfigurationOption[];
}

/**
 * How a Configure-Request is refused; undefined when it is to be acknowledged. Rejects go before Naks
 * (RFC 1661 §5.4). After `failures` = Max-Failure Naks, what we would nak is rejected and what we would
 * like besides is no longer mentioned (§4.6).
 */
export function refusalOf(
  options: readonly ConfigurationOption[],
  { reject, nak, append }: Judgement,
  failures: number,
): ConfigureRefusal | undefined {
  if (reject.length > 0) return { code: ControlCode.configureReject, options: reject };
  if (nak.length === 0 && append.length === 0) return undefined;
  if (failures < MAX_FAILURE) return { code: ControlCode.configureNak, options: [...nak, ...append] };
  if (nak.length === 0) return undefined;
  const refused = new Set(nak.map((option) => option.type));
  return {
    code: ControlCode.configureReject,
    options: options.filter((option) => refused.has(option.type)),
  };
}
