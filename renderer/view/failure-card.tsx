import { useState } from 'react';
import { assertNever } from '../../shared/assert-never.ts';
import type { FailureCause } from '../../shared/connection.ts';
import type { ProfileView } from '../../shared/contract/snapshot-schema.ts';
import type { FailureAction } from '../../shared/failure-action.ts';
import { failureText } from '../../shared/failure-text.ts';
import { useNow, useSurroundings, useWords } from './app-context.ts';
import { WarningIcon } from './icons.tsx';

interface FailureProps {
  readonly profile: ProfileView;
  readonly cause: FailureCause;
  /** Unix milliseconds; undefined when nobody knows since when. */
  readonly toldAt: number | undefined;
}

/** What happened, what to do, and the button that does it. */
export function FailureCard({ profile, cause, toldAt }: FailureProps) {
  const { catalogue, text } = useWords();
  const { store, actions } = useSurroundings();
  const { title, sentence, nextStep, action } = failureText(cause, catalogue);
  return (
    <section className="card failure" role="alert">
      <WarningIcon />
      <div>
        <h3>{title}</h3>
        <p>{sentence}</p>
        <p>{nextStep}</p>
        <div className="button-row">
          <FailureButton key={title} profile={profile} cause={cause} toldAt={toldAt} action={action} />
          {action === 'show-log' ? undefined : (
            <button
              type="button"
              onClick={() => {
                store.send({ kind: 'show', view: 'log', profileId: undefined });
              }}
            >
              {catalogue.action['show-log']}
            </button>
          )}
          {cause.kind === 'network-setup-failed' ? (
            <button
              type="button"
              onClick={() => {
                actions.connect(profile.id, 'test');
              }}
            >
              {text.status.testIdle}
            </button>
          ) : undefined}
        </div>
      </div>
    </section>
  );
}

interface ButtonProps extends FailureProps {
  readonly action: FailureAction;
}

function FailureButton({ profile, cause, toldAt, action }: ButtonProps) {
  const { store, actions } = useSurroundings();
  const { catalogue, text } = useWords();
  const [seenAt] = useState(() => toldAt ?? Date.now());
  const retryAfter = cause.kind === 'locked-out' ? (cause.retryAfterSeconds ?? 0) : 0;
  const now = useNow(retryAfter > 0);
  const wait = Math.ceil((seenAt + retryAfter * 1000 - now) / 1000);
  if (wait > 0) {
    return (
      <button type="button" className="primary" disabled>
        {text.status.retryIn(catalogue.duration(wait))}
      </button>
    );
  }
  const act = (): void => {
    switch (action) {
      case 'retry':
      case 'retry-later':
      case 'enter-credentials':
      case 'review-certificate':
        actions.connect(profile.id);
        break;
      case 'test-connection':
        actions.connect(profile.id, 'test');
        break;
      case 'edit-profile':
        store.send({ kind: 'edit', editing: { kind: 'edit', profile } });
        break;
      case 'allow-legacy-renegotiation':
        actions.allowLegacyRenegotiation(profile);
        break;
      case 'show-log':
        store.send({ kind: 'show', view: 'log', profileId: undefined });
        break;
      default:
        assertNever(action);
    }
  };
  const label = action === 'retry-later' && retryAfter > 0 ? 'retry' : action;
  return (
    <button type="button" className="primary" onClick={act}>
      {catalogue.action[label]}
    </button>
  );
}
