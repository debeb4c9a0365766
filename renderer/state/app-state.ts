import { assertNever } from '../../shared/assert-never.ts';
import type { ConnectionState } from '../../shared/connection.ts';
import type { NotificationPayload } from '../../shared/contract.ts';
import type { ContractError } from '../../shared/contract/contract-error.ts';
import type { ProfileView, Snapshot, StandingProblem } from '../../shared/contract/snapshot-schema.ts';
import type { RefusedProfile } from '../../shared/profile-file.ts';
import type { SecretProblem } from '../../shared/secret-problem.ts';
import type { Settings } from '../../shared/settings.ts';
import { sortedProfiles } from '../logic/profile-order.ts';
import type { LinkStatus } from '../window-transport.ts';

export type View = 'status' | 'statistics' | 'log' | 'settings';

/** The editor: a new profile, one that begins as a copy, or the one that is changed as it was when it was opened. */
export type Editing =
  | { readonly kind: 'new' }
  | { readonly kind: 'copy'; readonly original: ProfileView; readonly name: string }
  | { readonly kind: 'edit'; readonly profile: ProfileView };

/** A short message at the window's foot. */
export type Notice =
  /** All that were deleted one after the other, newest last: each can come back. */
  | { readonly kind: 'removed'; readonly profiles: readonly Pick<ProfileView, 'id' | 'name'>[] }
  | { readonly kind: 'imported'; readonly added: number; readonly refused: readonly RefusedProfile[] }
  | { readonly kind: 'failed'; readonly error: ContractError }
  /** Dialled from the list while the router lets nobody in: it was left alone. */
  | { readonly kind: 'locked-out'; readonly profileId: string; readonly name: string }
  | { readonly kind: 'secrets'; readonly problem: SecretProblem };

/** What the program has told, whole or not at all. */
export interface Facts {
  readonly appVersion: string;
  readonly platform: Snapshot['platform'];
  readonly systemLanguage: string;
  /** Sorted by name. */
  readonly profiles: readonly ProfileView[];
  readonly states: ReadonlyMap<string, ConnectionState>;
  readonly settings: Settings;
  readonly problems: readonly StandingProblem[];
}

export interface AppState {
  readonly link: LinkStatus;
  /** Undefined until the first snapshot; kept while the link is lost. */
  readonly facts: Facts | undefined;
  readonly selectedId: string | undefined;
  readonly view: View;
  /** In a narrow window either the list or what it leads to is shown. */
  readonly pane: 'list' | 'detail';
  readonly editing: Editing | undefined;
  readonly removing: ProfileView | undefined;
  readonly notice: Notice | undefined;
  /** The last change of a connection, for screen readers. */
  readonly announcement: Announcement | undefined;
}

export interface Announcement {
  readonly profileId: string;
  readonly state: ConnectionState;
  /** Unix milliseconds. */
  readonly at: number;
}

export type AppEvent =
  | { readonly kind: 'link'; readonly link: LinkStatus }
  | { readonly kind: 'snapshot'; readonly snapshot: Snapshot }
  | { readonly kind: 'profiles'; readonly change: NotificationPayload<'profiles'> }
  | ({ readonly kind: 'connection' } & Announcement)
  | { readonly kind: 'settings'; readonly settings: Settings }
  | { readonly kind: 'problems'; readonly problems: readonly StandingProblem[] }
  | { readonly kind: 'select'; readonly profileId: string | undefined }
  | { readonly kind: 'show'; readonly view: View; readonly profileId: string | undefined }
  | { readonly kind: 'pane'; readonly pane: AppState['pane'] }
  | { readonly kind: 'edit'; readonly editing: Editing | undefined }
  | { readonly kind: 'ask-removal'; readonly profile: ProfileView | undefined }
  | { readonly kind: 'notice'; readonly notice: Notice | undefined };

export const initialState: AppState = {
  link: 'connecting',
  facts: undefined,
  selectedId: undefined,
  view: 'status',
  pane: 'list',
  editing: undefined,
  removing: undefined,
  notice: undefined,
  announcement: undefined,
};

export function nextState(state: AppState, event: AppEvent): AppState {
  switch (event.kind) {
    case 'link':
      return { ...state, link: event.link };
    case 'snapshot':
      return withoutQuestion(
        withSelection({ ...state, pane: firstPane(state, event), facts: factsOf(event.snapshot) }),
      );
    case 'profiles':
      return withoutQuestion(
        withSelection(
          withFacts(besideRemoved(state, event.change), (facts) => withProfiles(facts, event.change)),
        ),
      );
    case 'connection':
      return withFacts({ ...afterLockOut(state, event.profileId), announcement: event }, (facts) =>
        withConnection(facts, event),
      );
    case 'settings':
      return withFacts(state, (facts) => ({ ...facts, settings: event.settings }));
    case 'problems':
      return withFacts(state, (facts) => ({ ...facts, problems: event.problems }));
    case 'select':
      return { ...state, selectedId: event.profileId, view: profileView(state.view) };
    case 'show':
      return withSelection({
        ...state,
        view: event.view,
        pane: 'detail',
        selectedId: event.profileId ?? state.selectedId,
      });
    case 'pane':
      // The list leads to profiles: who goes back to it has left log and settings.
      return {
        ...state,
        pane: event.pane,
        view: event.pane === 'list' ? profileView(state.view) : state.view,
      };
    case 'edit':
      return { ...state, editing: event.editing };
    case 'ask-removal':
      return { ...state, removing: event.profile };
    case 'notice':
      return { ...state, notice: event.notice };
    default:
      return assertNever(event);
  }
}

/** Choosing a profile leads to what is about it. */
function profileView(view: View): View {
  return view === 'statistics' ? 'statistics' : 'status';
}

function withFacts(state: AppState, change: (facts: Facts) => Facts): AppState {
  return state.facts === undefined ? state : { ...state, facts: change(state.facts) };
}

function factsOf({ profiles, states, ...rest }: Snapshot): Facts {
  return {
    ...rest,
    profiles: sortedProfiles(profiles),
    states: new Map(states.map(({ profileId, state }) => [profileId, state])),
  };
}

function withProfiles(facts: Facts, change: NotificationPayload<'profiles'>): Facts {
  switch (change.change) {
    case 'all':
      return { ...facts, profiles: sortedProfiles(change.profiles) };
    case 'saved': {
      const others = facts.profiles.filter(({ id }) => id !== change.profile.id);
      return { ...facts, profiles: sortedProfiles([...others, change.profile]) };
    }
    case 'removed': {
      const states = new Map(facts.states);
      states.delete(change.profileId);
      return { ...facts, states, profiles: facts.profiles.filter(({ id }) => id !== change.profileId) };
    }
    default:
      return assertNever(change);
  }
}

function withConnection(facts: Facts, { profileId, state }: Announcement): Facts {
  const states = new Map(facts.states);
  if (state.state === 'disconnected') states.delete(profileId);
  else states.set(profileId, state);
  return { ...facts, states };
}

/** It was dialled all the same. */
function afterLockOut(state: AppState, profileId: string): AppState {
  const { notice } = state;
  const isOver = notice?.kind === 'locked-out' && notice.profileId === profileId;
  return isOver ? { ...state, notice: undefined } : state;
}

/** A narrow window with nothing in its list begins with the help that adds the first profile. */
function firstPane({ facts, pane }: AppState, { snapshot }: SnapshotEvent): AppState['pane'] {
  return facts === undefined && snapshot.profiles.length === 0 ? 'detail' : pane;
}

type SnapshotEvent = Extract<AppEvent, { kind: 'snapshot' }>;

/** Who deletes one of many finds its neighbour selected, not the list's beginning. */
function besideRemoved(state: AppState, change: NotificationPayload<'profiles'>): AppState {
  const { facts, selectedId } = state;
  if (facts === undefined || change.change !== 'removed' || change.profileId !== selectedId) return state;
  const place = facts.profiles.findIndex(({ id }) => id === selectedId);
  return { ...state, selectedId: (facts.profiles[place + 1] ?? facts.profiles[place - 1])?.id };
}

/** There is always a selected profile when there are any: a connected one first of all. */
function withSelection(state: AppState): AppState {
  const { facts, selectedId } = state;
  if (facts === undefined) return state;
  if (facts.profiles.some(({ id }) => id === selectedId)) return state;
  const busy = facts.profiles.find(({ id }) => facts.states.has(id));
  return { ...state, selectedId: (busy ?? facts.profiles[0])?.id };
}

/** Whether to delete what another window has deleted is no longer asked. */
function withoutQuestion(state: AppState): AppState {
  const { facts, removing } = state;
  const isMoot = removing !== undefined && facts?.profiles.every(({ id }) => id !== removing.id) === true;
  return isMoot ? { ...state, removing: undefined } : state;
}

const DISCONNECTED: ConnectionState = { state: 'disconnected' };

export function stateOf(facts: Facts, profileId: string): ConnectionState {
  return facts.states.get(profileId) ?? DISCONNECTED;
}

/** The profile that waits for the user; the selected one before others. */
export function promptingProfile(
  facts: Facts,
  selectedId: string | undefined,
):
  | { readonly profile: ProfileView; readonly state: Extract<ConnectionState, { state: 'prompting' }> }
  | undefined {
  const prompting = facts.profiles.filter(({ id }) => stateOf(facts, id).state === 'prompting');
  const profile = prompting.find(({ id }) => id === selectedId) ?? prompting[0];
  const state = profile === undefined ? undefined : stateOf(facts, profile.id);
  return profile !== undefined && state?.state === 'prompting' ? { profile, state } : undefined;
}
