import { Fragment } from 'react';

export interface Fact {
  readonly label: string;
  readonly value: string;
  /** Addresses and fingerprints: every character counts. */
  readonly isCode?: boolean;
  /** `wide`: too long for half a narrow window; `sentence`: for half a window of whatever width. */
  readonly length?: 'wide' | 'sentence';
}

export function FactList({ facts }: { readonly facts: readonly Fact[] }) {
  return (
    <dl className="facts">
      {facts.map(({ label, value, isCode, length }) => (
        <div key={label} className={length}>
          <dt>{label}</dt>
          <dd className={isCode === true ? 'code' : undefined}>
            <bdi>{isCode === true ? <ByPairs value={value} /> : value}</bdi>
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** A line ends between two bytes of a fingerprint, not within one. */
function ByPairs({ value }: { readonly value: string }) {
  return Array.from(value.matchAll(/[^:]+:?/g), ({ 0: pair, index }) => (
    <Fragment key={index}>
      {pair}
      <wbr />
    </Fragment>
  ));
}
