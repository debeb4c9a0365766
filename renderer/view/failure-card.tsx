import { assertNever } from '../../shared/assert-never.ts';
import type { FailureCause } from '../../shared/connection.ts';
import type { ProfileView } from '../../shared/contract/snapshot-schema.ts';
import type { FailureAction } from '../../shared/failure-action.ts';
import { failureText } from '../../shared/failure-text.ts';
import { useSurroundings, useWords } from './app-context.ts';
import { WarningIcon } from './icons.tsx';

interface FailureProps {
  readonly profile: ProfileView;
  readonly cause: FailureCause;
  /** Seconds for which the router still lets nobody in; 0: it may be tried. */
  readonly wait: number;
}

/** What happened, what to do, and the button that does it. Screen readers hear it from the announcer, whichever view is shown. */
export function FailureCard({ profile, cause, wait }: FailureProps) {
  const { catalogue, text } = useWords();
  const { store, actions } = useSurroundings();
  const { title, sentence, nextStep, action } = failureText(withoutSeconds(cause), catalogue);
  return (
    <section className="card failure">
      <WarningIcon />
      <div>
        <h3>{title}</h3>
        <p>{sentence}</p>
        <p>{nextStep}</p>
        <div className="button-row">
          <FailureButton profile={profile} cause={cause} wait={wait} action={action} />
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

/** The button counts them down: in a sentence beside it they would stand still. */
function withoutSeconds(cause: FailureCause): FailureCause {
  return cause.kind === 'locked-out' ? { ...cause, retryAfterSeconds: undefined } : cause;
}

interface ButtonProps extends FailureProps {
  readonly action: FailureAction;
}

function FailureButton({ profile, cause, wait, action }: ButtonProps) {
  const { store, actions } = useSurroundings();
  const { catalogue, text } = useWords();
  if (wait > 0) {
    return (
      <button type="button" disabled>
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
  // A wait that was counted down is over; one that nobody knows is not, and nobody is led to press what prolongs it.
  const isOver = cause.kind === 'locked-out' && cause.retryAfterSeconds !== undefined;
  const isAdvised = action !== 'retry-later' || isOver;
  return (
    <button type="button" className={isAdvised ? 'primary' : undefined} onClick={act}>
      {catalogue.action[action]}
    </button>
  );
}
