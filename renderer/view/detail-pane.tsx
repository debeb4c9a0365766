import { useRef, type KeyboardEvent } from 'react';
import type { ProfileView } from '../../shared/contract/snapshot-schema.ts';
import { stateOf, type AppState, type Facts } from '../state/app-state.ts';
import { useSurroundings, useWords } from './app-context.ts';
import { FirstRun } from './first-run.tsx';
import { BackIcon } from './icons.tsx';
import { LogView } from './log-view.tsx';
import { SettingsView } from './settings-view.tsx';
import { StatisticsView } from './statistics-view.tsx';
import { StatusPanel } from './status-panel.tsx';

export function DetailPane({ state, facts }: { readonly state: AppState; readonly facts: Facts }) {
  const { store } = useSurroundings();
  const { text } = useWords();
  const selected = facts.profiles.find(({ id }) => id === state.selectedId);
  return (
    <div className="detail-pane">
      <button
        type="button"
        className="quiet back"
        onClick={() => {
          store.send({ kind: 'pane', pane: 'list' });
        }}
      >
        <BackIcon /> {text.back}
      </button>
      <Detail state={state} facts={facts} selected={selected} />
    </div>
  );
}

interface DetailProps {
  readonly state: AppState;
  readonly facts: Facts;
  readonly selected: ProfileView | undefined;
}

function Detail({ state, facts, selected }: DetailProps) {
  const { text } = useWords();
  if (state.view === 'log') {
    return (
      <>
        <h2>{text.log.view}</h2>
        <LogView />
      </>
    );
  }
  if (state.view === 'settings') {
    return (
      <>
        <h2>{text.settings.view}</h2>
        <SettingsView facts={facts} />
      </>
    );
  }
  if (selected === undefined) return <FirstRun />;
  const connection = stateOf(facts, selected.id);
  return (
    <>
      <header className="detail-head">
        <h2>
          <bdi>{selected.name}</bdi>
        </h2>
        <Tabs view={state.view} />
      </header>
      <div role="tabpanel" id="profile-view" aria-labelledby={`tab-${state.view}`} className="tab-panel">
        {state.view === 'status' ? (
          <StatusPanel key={selected.id} profile={selected} state={connection} />
        ) : (
          <StatisticsView key={selected.id} profile={selected} state={connection} />
        )}
      </div>
    </>
  );
}

const TABS = ['status', 'statistics'] as const;

function Tabs({ view }: { readonly view: (typeof TABS)[number] }) {
  const { store } = useSurroundings();
  const { text } = useWords();
  const row = useRef<HTMLDivElement>(null);
  const choose = (next: (typeof TABS)[number]): void => {
    store.send({ kind: 'show', view: next, profileId: undefined });
  };
  const keyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    const next = view === 'status' ? 'statistics' : 'status';
    choose(next);
    row.current?.querySelector<HTMLElement>(`#tab-${next}`)?.focus();
  };
  return (
    <div className="tabs" role="tablist" ref={row} onKeyDown={keyDown}>
      {TABS.map((tab) => (
        <button
          key={tab}
          id={`tab-${tab}`}
          type="button"
          role="tab"
          aria-selected={tab === view}
          aria-controls="profile-view"
          tabIndex={tab === view ? 0 : -1}
          onClick={() => {
            choose(tab);
          }}
        >
          {text[tab].view}
        </button>
      ))}
    </div>
  );
}
