import { useEffect } from 'react';
import { leadingRow } from '../../shared/tray.ts';
import type { AppState } from '../state/app-state.ts';
import type { Words } from './app-context.ts';

/** Of a tab that nobody looks at the title is all that is seen: it says what a tray's icon would. */
export function useWindowTitle({ facts, link }: AppState, { text, catalogue }: Words): void {
  // What holds while the program cannot be reached nobody knows.
  const leading =
    facts === undefined || link !== 'connected' ? undefined : leadingRow(facts.states, facts.profiles);
  const title =
    leading === undefined
      ? text.appName
      : `${catalogue.state[leading.state.state]}: ${leading.profile.name} – ${text.appName}`;
  useEffect(() => {
    document.title = title;
  }, [title]);
}
