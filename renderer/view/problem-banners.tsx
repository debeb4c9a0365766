import type { StandingProblem } from '../../shared/contract/snapshot-schema.ts';
import { problemText } from '../text/error-text.ts';
import { useSurroundings, useWords } from './app-context.ts';
import { DismissButton } from './dismiss-button.tsx';
import { WarningIcon } from './icons.tsx';
import { useKeptFocus } from './kept-focus.ts';

/** What is wrong apart from any button: damaged files, a crashed core. */
export function ProblemBanners({ problems }: { readonly problems: readonly StandingProblem[] }) {
  const { text, catalogue } = useWords();
  const { actions } = useSurroundings();
  const place = useKeptFocus(problems, 'button', 'back');
  return (
    <div ref={place}>
      {problems.map(({ id, problem }) => (
        <div className="banner banner-warning" role="alert" key={id}>
          <WarningIcon />
          <p>{problemText(problem, text, catalogue)}</p>
          <DismissButton
            onDismiss={() => {
              actions.dismissProblem(id);
            }}
          />
        </div>
      ))}
    </div>
  );
}
