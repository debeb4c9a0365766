import type { Problem } from '../../shared/contract/snapshot-schema.ts';
import { problemText } from '../text/error-text.ts';
import { useSurroundings, useWords } from './app-context.ts';
import { CloseIcon, WarningIcon } from './icons.tsx';
import { useReturnedFocus } from './returned-focus.ts';

/** What is wrong apart from any button: damaged files, a crashed core. */
export function ProblemBanners({ problems }: { readonly problems: readonly Problem[] }) {
  const { text, catalogue } = useWords();
  const { actions } = useSurroundings();
  const place = useReturnedFocus(problems, 'button');
  return (
    <div ref={place}>
      {problems.map((problem, index) => {
        const words = problemText(problem, text, catalogue);
        return (
          <div className="banner banner-warning" role="alert" key={words}>
            <WarningIcon />
            <p>{words}</p>
            <button
              type="button"
              className="quiet square"
              aria-label={text.dismiss}
              title={text.dismiss}
              onClick={() => {
                actions.dismissProblem(index);
              }}
            >
              <CloseIcon />
            </button>
          </div>
        );
      })}
    </div>
  );
}
