import { assertNever } from '../../shared/assert-never.ts';
import { secretProblemText } from '../../shared/secret-text.ts';
import type { Notice } from '../state/app-state.ts';
import { errorText } from '../text/error-text.ts';
import { refusedText } from '../text/refused-text.ts';
import { useSurroundings, useWords, type Words } from './app-context.ts';
import { DismissButton } from './dismiss-button.tsx';
import { useKeptFocus } from './kept-focus.ts';

/** Whoever has more to mend imports again. */
const MOST_REFUSED = 5;

/** Stays until it is dismissed or another one comes: nobody reads against a clock. */
export function NoticeBar({ notice }: { readonly notice: Notice | undefined }) {
  const { store, actions } = useSurroundings();
  const words = useWords();
  const { text } = words;
  const place = useKeptFocus(notice, 'button', 'back');
  return (
    <div className="notice-place" role="status" ref={place}>
      {notice === undefined ? undefined : (
        <div className={`notice notice-${notice.kind}`}>
          <div className="notice-text">
            <p>{noticeText(notice, words)}</p>
            {notice.kind === 'imported' && notice.refused.length > 0 ? (
              <ul>
                {notice.refused.slice(0, MOST_REFUSED).map((refused) => (
                  <li key={refused.index}>{refusedText(refused, text)}</li>
                ))}
                {notice.refused.length > MOST_REFUSED ? <li>…</li> : undefined}
              </ul>
            ) : undefined}
          </div>
          {notice.kind === 'removed' ? (
            <button
              type="button"
              onClick={() => {
                actions.undoRemove(notice.profiles.at(-1)?.id ?? '');
              }}
            >
              {text.undo}
            </button>
          ) : undefined}
          <DismissButton
            onDismiss={() => {
              store.send({ kind: 'notice', notice: undefined });
            }}
          />
        </div>
      )}
    </div>
  );
}

function noticeText(notice: Notice, { text, catalogue }: Words): string {
  switch (notice.kind) {
    case 'removed':
      return text.removal.done(notice.profiles.at(-1)?.name ?? '', notice.profiles.length - 1);
    case 'locked-out':
      return text.lockedOut(notice.name);
    case 'imported':
      return text.imported(notice.added, notice.refused.length);
    case 'failed':
      return errorText(notice.error, text, catalogue);
    case 'secrets':
      return secretProblemText(notice.problem, catalogue);
    default:
      return assertNever(notice);
  }
}
