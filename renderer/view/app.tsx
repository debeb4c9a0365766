import { useEffect } from 'react';
import { isBlocked } from '../../shared/connection.ts';
import { CATALOGUES, chosenLanguage } from '../../shared/text/language.ts';
import { promptingProfile, type AppState, type Facts } from '../state/app-state.ts';
import { chosenLocale } from '../text/locale.ts';
import { WINDOW_TEXTS } from '../text/window-texts.ts';
import { Announcer } from './announcer.tsx';
import {
  SurroundingsContext,
  WordsContext,
  useAppState,
  useWords,
  type Surroundings,
} from './app-context.ts';
import { DetailPane } from './detail-pane.tsx';
import { FaultBoundary } from './fault-boundary.tsx';
import { ProfileEditor } from './profile-editor.tsx';
import { LinkScreen, LostLinkBanner } from './link-screen.tsx';
import { NoticeBar } from './notice-bar.tsx';
import { ProblemBanners } from './problem-banners.tsx';
import { ProfilePane } from './profile-pane.tsx';
import { BlockedContext } from './blocked-note.tsx';
import { usePaneFocus } from './pane-focus.ts';
import { PromptDialog } from './prompt-dialog.tsx';
import { RemovalDialog } from './removal-dialog.tsx';
import { useWindowTitle } from './window-title.ts';

export function App({ surroundings }: { readonly surroundings: Surroundings }) {
  const state = useAppState(surroundings.store);
  const { facts } = state;
  const language = chosenLanguage(
    facts?.settings.language ?? 'system',
    facts?.systemLanguage ?? navigator.language,
  );
  const locale = chosenLocale(language, facts?.systemLanguage ?? navigator.language);
  const theme = facts?.settings.theme ?? 'system';
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  useEffect(() => {
    document.documentElement.dataset['theme'] = theme;
  }, [theme]);
  const words = { language, locale, text: WINDOW_TEXTS[language], catalogue: CATALOGUES[language] };
  useWindowTitle(state, words);
  return (
    <SurroundingsContext value={surroundings}>
      <WordsContext value={words}>
        <FaultBoundary>
          {facts === undefined || state.link === 'refused' ? (
            <LinkScreen link={state.link} notice={state.notice} />
          ) : (
            <Frame state={state} facts={facts} />
          )}
        </FaultBoundary>
      </WordsContext>
    </SurroundingsContext>
  );
}

function Frame({ state, facts }: { readonly state: AppState; readonly facts: Facts }) {
  const { text } = useWords();
  const prompting = promptingProfile(facts, state.selectedId);
  const frame = usePaneFocus(state.pane);
  return (
    <>
      <header className="banners">
        <h1 className="unseen">{text.appName}</h1>
        {state.link === 'lost' ? <LostLinkBanner /> : undefined}
        <ProblemBanners problems={facts.problems} />
      </header>
      <main className="frame" data-pane={state.pane} ref={frame}>
        <ProfilePane state={state} facts={facts} />
        <DetailPane state={state} facts={facts} />
        <NoticeBar notice={state.notice} />
      </main>
      <Announcer announcement={state.announcement} facts={facts} />
      {state.editing === undefined ? undefined : (
        <ProfileEditor
          editing={state.editing}
          settings={facts.settings}
          platform={facts.platform}
          waiting={prompting?.profile.name}
        />
      )}
      {state.removing === undefined ? undefined : <RemovalDialog profile={state.removing} />}
      {prompting === undefined || state.editing !== undefined || state.removing !== undefined ? undefined : (
        <BlockedContext value={isBlocked(prompting.state)}>
          <PromptDialog profile={prompting.profile} prompt={prompting.state.prompt} />
        </BlockedContext>
      )}
    </>
  );
}
