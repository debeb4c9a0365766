import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react';
import { lockedOutFor, mayConnect, type ConnectionState } from '../../shared/connection.ts';
import type { ProfileView } from '../../shared/contract/snapshot-schema.ts';
import { listWindow, movedTo, scrolledTo } from '../logic/list-window.ts';
import { NOTHING_TYPED, typedOn, typedTo } from '../logic/type-ahead.ts';
import { stateOf, type Facts } from '../state/app-state.ts';
import { useSurroundings, useWords } from './app-context.ts';
import { StateSign } from './icons.tsx';

/** Pixels; `.profile-row` has the same. */
const ROW_HEIGHT = 52;

interface ProfileListProps {
  readonly profiles: readonly ProfileView[];
  readonly facts: Facts;
  readonly selectedId: string | undefined;
}

/** A list box of any length: only the rows in view are in the page. */
export function ProfileList({ profiles, facts, selectedId }: ProfileListProps) {
  const { store, actions } = useSurroundings();
  const { text } = useWords();
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 600 });
  const selectedIndex = profiles.findIndex((profile) => profile.id === selectedId);
  const kept = useRef(selectedIndex);
  const typing = useRef(NOTHING_TYPED);
  useEffect(() => {
    kept.current = selectedIndex;
  });
  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    let height = element.clientHeight;
    const measure = (): void => {
      setView({ top: element.scrollTop, height: element.clientHeight });
    };
    const resized = (): void => {
      // Not there for now, in a narrow window.
      if (element.clientHeight === 0) return;
      // A list that gets shorter keeps the selected row in view where it was: else a key would act on what nobody sees.
      const top = scrolledTo(kept.current, element.scrollTop, height, ROW_HEIGHT);
      // Heights are told in whole pixels.
      const wasInView = kept.current >= 0 && Math.abs(top - element.scrollTop) < 1;
      height = element.clientHeight;
      if (wasInView) element.scrollTop = scrolledTo(kept.current, element.scrollTop, height, ROW_HEIGHT);
      measure();
    };
    measure();
    const observer = new ResizeObserver(resized);
    observer.observe(element);
    element.addEventListener('scroll', measure, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', measure);
    };
  }, []);
  useEffect(() => {
    const element = box.current;
    if (element === null || selectedIndex < 0) return;
    element.scrollTop = scrolledTo(selectedIndex, element.scrollTop, element.clientHeight, ROW_HEIGHT);
  }, [selectedIndex]);

  const select = (profileId: string | undefined): void => {
    store.send({ kind: 'select', profileId });
  };
  const connect = (profile: ProfileView): void => {
    const state = stateOf(facts, profile.id);
    if (!mayConnect(state)) return;
    if (lockedOutFor(state, Date.now()) === 0) {
      actions.connect(profile.id);
      return;
    }
    // It could only fail, and may make the wait longer: how long it is, and the button that tries it, are in the status.
    const { id, name } = profile;
    store.send({ kind: 'show', view: 'status', profileId: id });
    store.send({ kind: 'notice', notice: { kind: 'locked-out', profileId: id, name } });
  };
  const profileAt = (target: EventTarget): ProfileView | undefined => {
    const row = target instanceof Element ? target.closest('[data-profile]') : null;
    const profileId = row?.getAttribute('data-profile');
    return profiles.find((profile) => profile.id === profileId);
  };
  const rowTyped = (event: KeyboardEvent): number | undefined => {
    if (event.ctrlKey || event.altKey || event.metaKey) return undefined;
    const typed = typedOn(typing.current, event.key, event.timeStamp);
    if (typed === undefined) return undefined;
    typing.current = typed;
    // Or a space within a name scrolls.
    event.preventDefault();
    return typedTo(
      typed.text,
      profiles.map(({ name }) => name),
      selectedIndex,
    );
  };
  const keyDown = (event: KeyboardEvent): void => {
    const selected = profiles[selectedIndex];
    if (event.key === 'Enter' && selected !== undefined) {
      // What becomes of it is in the profile's view, whichever was shown.
      select(selected.id);
      connect(selected);
      store.send({ kind: 'pane', pane: 'detail' });
    } else if (event.key === 'Delete' && selected !== undefined) {
      store.send({ kind: 'ask-removal', profile: selected });
    } else if (event.key === 'F2' && selected !== undefined) {
      store.send({ kind: 'edit', editing: { kind: 'edit', profile: selected } });
    } else {
      const page = Math.max(1, Math.floor(view.height / ROW_HEIGHT) - 1);
      const row = movedTo(event.key, selectedIndex, profiles.length, page) ?? rowTyped(event);
      if (row === undefined) return;
      select(profiles[row]?.id);
    }
    event.preventDefault();
  };

  const { first, end } = listWindow(view.top, view.height, ROW_HEIGHT, profiles.length);
  const isSelectedShown = selectedIndex >= first && selectedIndex < end;
  return (
    <div
      ref={box}
      className="profile-list"
      role="listbox"
      tabIndex={0}
      aria-label={text.list.title}
      aria-activedescendant={isSelectedShown ? `${id}-${selectedIndex}` : undefined}
      onKeyDown={keyDown}
      onClick={(event) => {
        const profile = profileAt(event.target);
        if (profile === undefined) return;
        select(profile.id);
        store.send({ kind: 'pane', pane: 'detail' });
      }}
      onDoubleClick={(event) => {
        const profile = profileAt(event.target);
        if (profile !== undefined) connect(profile);
      }}
    >
      <div role="presentation" style={{ height: profiles.length * ROW_HEIGHT }}>
        <div role="presentation" style={{ transform: `translateY(${first * ROW_HEIGHT}px)` }}>
          {profiles.slice(first, end).map((profile, offset) => (
            <ProfileRow
              key={profile.id}
              id={`${id}-${first + offset}`}
              profile={profile}
              state={stateOf(facts, profile.id).state}
              isSelected={profile.id === selectedId}
              place={first + offset + 1}
              count={profiles.length}
            />
          ))}
        </div>
      </div>
    </div>
  );
}

interface RowProps {
  readonly id: string;
  readonly profile: ProfileView;
  readonly state: ConnectionState['state'];
  readonly isSelected: boolean;
  readonly place: number;
  readonly count: number;
}

function ProfileRow({ id, profile, state, isSelected, place, count }: RowProps) {
  const { catalogue } = useWords();
  return (
    <div
      id={id}
      className="profile-row"
      role="option"
      aria-selected={isSelected}
      aria-posinset={place}
      aria-setsize={count}
      data-profile={profile.id}
    >
      <StateSign state={state} />
      <span className="profile-names">
        <bdi className="profile-name" title={profile.name}>
          {profile.name}
        </bdi>
        <span className="profile-server">
          <bdi>{profile.server}</bdi> · {catalogue.serverType[profile.serverType]}
        </span>
      </span>
      <span className="unseen">{catalogue.state[state]}</span>
    </div>
  );
}
