import { useDeferredValue, useMemo, useRef, useState, type ReactNode } from 'react';
import type { ProfileView } from '../../shared/contract/snapshot-schema.ts';
import { copyName } from '../logic/copy-name.ts';
import { foundProfiles } from '../logic/profile-order.ts';
import type { AppState, Facts, View } from '../state/app-state.ts';
import { useSurroundings, useWords } from './app-context.ts';
import {
  CopyIcon,
  ExportIcon,
  ImportIcon,
  LogIcon,
  PencilIcon,
  PlusIcon,
  SearchIcon,
  SlidersIcon,
  TrashIcon,
} from './icons.tsx';
import { ProfileList } from './profile-list.tsx';

/** Fewer profiles than this are found at a glance. */
const SEARCH_FROM = 6;

export function ProfilePane({ state, facts }: { readonly state: AppState; readonly facts: Facts }) {
  const { store } = useSurroundings();
  const { text } = useWords();
  const [typed, setTyped] = useState('');
  const search = useDeferredValue(typed);
  const found = useMemo(() => foundProfiles(facts.profiles, search), [facts.profiles, search]);
  const selected = facts.profiles.find(({ id }) => id === state.selectedId);
  return (
    <nav className="profile-pane" aria-label={text.list.title}>
      <ProfileToolbar
        selected={selected}
        profiles={facts.profiles}
        onNew={() => {
          setTyped('');
        }}
      />
      {facts.profiles.length < SEARCH_FROM ? undefined : (
        <div className="search">
          <SearchIcon />
          <input
            type="search"
            aria-label={text.list.search}
            placeholder={text.list.search}
            value={typed}
            onChange={({ target }) => {
              setTyped(target.value);
            }}
            onKeyDown={(event) => {
              if (event.key !== 'ArrowDown') return;
              event.preventDefault();
              event.currentTarget.closest('nav')?.querySelector<HTMLElement>('.profile-list')?.focus();
              const isFound = found.some(({ id }) => id === state.selectedId);
              if (!isFound) store.send({ kind: 'select', profileId: found[0]?.id ?? state.selectedId });
            }}
          />
        </div>
      )}
      {found.length === 0 && search !== '' ? (
        <p className="empty">{text.list.nothingFound(search)}</p>
      ) : (
        <ProfileList profiles={found} facts={facts} selectedId={state.selectedId} />
      )}
      {facts.profiles.length < SEARCH_FROM ? undefined : (
        <p className="list-count" role="status">
          {text.list.count(found.length, facts.profiles.length)}
        </p>
      )}
      <div className="pane-foot">
        <ViewButton view="log" shown={state.view}>
          <LogIcon /> {text.list.log}
        </ViewButton>
        <ViewButton view="settings" shown={state.view}>
          <SlidersIcon /> {text.list.settings}
        </ViewButton>
      </div>
    </nav>
  );
}

interface ViewButtonProps {
  readonly view: 'log' | 'settings';
  readonly shown: View;
  readonly children: ReactNode;
}

/** Pressed once more it leads back: without a profile nothing else does. */
function ViewButton({ view, shown, children }: ViewButtonProps) {
  const { store } = useSurroundings();
  const isPressed = view === shown;
  return (
    <button
      type="button"
      className="quiet"
      aria-pressed={isPressed}
      onClick={() => {
        store.send({ kind: 'show', view: isPressed ? 'status' : view, profileId: undefined });
      }}
    >
      {children}
    </button>
  );
}

interface ToolbarProps {
  readonly selected: ProfileView | undefined;
  readonly profiles: readonly ProfileView[];
  /** A profile may come that no search was meant to hide. */
  readonly onNew: () => void;
}

function ProfileToolbar({ selected, profiles, onNew }: ToolbarProps) {
  const { store, actions } = useSurroundings();
  const { text } = useWords();
  const file = useRef<HTMLInputElement>(null);
  return (
    <div className="toolbar" role="group" aria-label={text.list.title}>
      <button
        type="button"
        className="quiet"
        onClick={() => {
          onNew();
          store.send({ kind: 'edit', editing: { kind: 'new' } });
        }}
      >
        <PlusIcon /> {text.list.add}
      </button>
      <span className="stretch" />
      <Tool
        label={text.list.edit}
        isEnabled={selected !== undefined}
        onClick={() => {
          if (selected !== undefined)
            store.send({ kind: 'edit', editing: { kind: 'edit', profile: selected } });
        }}
      >
        <PencilIcon />
      </Tool>
      <Tool
        label={text.list.duplicate}
        isEnabled={selected !== undefined}
        onClick={() => {
          if (selected === undefined) return;
          onNew();
          const taken = profiles.map(({ name }) => name);
          const name = copyName(text.list.copyName(selected.name), selected.name, taken);
          store.send({ kind: 'edit', editing: { kind: 'copy', original: selected, name } });
        }}
      >
        <CopyIcon />
      </Tool>
      <Tool
        label={text.list.remove}
        isEnabled={selected !== undefined}
        onClick={() => {
          store.send({ kind: 'ask-removal', profile: selected });
        }}
      >
        <TrashIcon />
      </Tool>
      <Tool label={text.list.import} isEnabled onClick={() => file.current?.click()}>
        <ImportIcon />
      </Tool>
      <Tool
        label={text.list.export}
        isEnabled={profiles.length > 0}
        onClick={() => {
          actions.exportProfiles([]);
        }}
      >
        <ExportIcon />
      </Tool>
      <input
        ref={file}
        type="file"
        hidden
        accept=".json,application/json"
        onChange={({ target }) => {
          const chosen = target.files?.[0];
          // The same file can be chosen again.
          target.value = '';
          if (chosen === undefined) return;
          onNew();
          actions.importFile(chosen);
        }}
      />
    </div>
  );
}

interface ToolProps {
  readonly label: string;
  readonly isEnabled: boolean;
  readonly onClick: () => void;
  readonly children: ReactNode;
}

function Tool({ label, isEnabled, onClick, children }: ToolProps) {
  return (
    <button
      type="button"
      className="quiet square"
      aria-label={label}
      title={label}
      disabled={!isEnabled}
      onClick={onClick}
    >
      {children}
    </button>
  );
}
