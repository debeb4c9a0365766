export interface Fact {
  readonly label: string;
  readonly value: string;
  /** Addresses and fingerprints: every character counts. */
  readonly isCode?: boolean;
}

export function FactList({ facts }: { readonly facts: readonly Fact[] }) {
  return (
    <dl className="facts">
      {facts.map(({ label, value, isCode }) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd className={isCode === true ? 'code' : undefined}>
            <bdi>{value}</bdi>
          </dd>
        </div>
      ))}
    </dl>
  );
}
