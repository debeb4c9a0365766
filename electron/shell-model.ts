import { mayDisconnect, type ConnectionState } from '../shared/connection.ts';
import type { NotificationName, NotificationPayload } from '../shared/contract.ts';
import type { Snapshot } from '../shared/contract/snapshot-schema.ts';
import { compareNames } from '../shared/profile-names.ts';
import type { Settings } from '../shared/settings.ts';

/** What tray, notifications and window rules are made from: the contract's snapshot, and its changes after. */
export interface ShellModel {
  /** Names by id, in the order in which the window and the tray's menu have them. */
  readonly profiles: ReadonlyMap<string, string>;
  /** Of those that are not disconnected. */
  readonly states: ReadonlyMap<string, ConnectionState>;
  readonly settings: Settings;
}

export function modelOf({ profiles, states, settings }: Snapshot): ShellModel {
  return {
    profiles: inOrder(profiles.map(({ id, name }) => [id, name])),
    states: new Map(states.map(({ profileId, state }) => [profileId, state])),
    settings,
  };
}

const CHANGES: {
  readonly [Name in NotificationName]: (model: ShellModel, payload: NotificationPayload<Name>) => ShellModel;
} = {
  profiles: (model, change) => ({ ...model, profiles: nextProfiles(model.profiles, change) }),
  connection: (model, { profileId, state }) => {
    const states = new Map(model.states);
    if (state.state === 'disconnected') states.delete(profileId);
    else states.set(profileId, state);
    return { ...model, states };
  },
  settings: (model, { settings }) => ({ ...model, settings }),
  statistics: unchanged,
  history: unchanged,
  historyCleared: unchanged,
  log: unchanged,
  problems: unchanged,
  show: unchanged,
};

function unchanged(model: ShellModel): ShellModel {
  return model;
}

/** What does not concern the shell gives the same model again. */
export function nextModel<Name extends NotificationName>(
  model: ShellModel,
  name: Name,
  payload: NotificationPayload<Name>,
): ShellModel {
  return CHANGES[name](model, payload);
}

function nextProfiles(
  profiles: ShellModel['profiles'],
  change: NotificationPayload<'profiles'>,
): ShellModel['profiles'] {
  if (change.change === 'all') return inOrder(change.profiles.map(({ id, name }) => [id, name]));
  const next = new Map(profiles);
  if (change.change === 'removed') {
    next.delete(change.profileId);
    return next;
  }
  return inOrder(next.set(change.profile.id, change.profile.name));
}

function inOrder(profiles: Iterable<readonly [id: string, name: string]>): ShellModel['profiles'] {
  return new Map([...profiles].sort(([, a], [, b]) => compareNames(a, b)));
}

export interface StateStep {
  readonly profileId: string;
  readonly before: ConnectionState;
  readonly after: ConnectionState;
}

const DISCONNECTED: ConnectionState = { state: 'disconnected' };

/** Of a profile that was removed too: it is disconnected by then. */
export function stateChanges(before: ShellModel, after: ShellModel): StateStep[] {
  if (before.states === after.states) return [];
  const ids = new Set([...before.states.keys(), ...after.states.keys()]);
  return Array.from(ids, (profileId) => ({
    profileId,
    before: before.states.get(profileId) ?? DISCONNECTED,
    after: after.states.get(profileId) ?? DISCONNECTED,
  })).filter((step) => step.before !== step.after);
}

/** Names of what would be disconnected by quitting. */
export function connectedNames(model: ShellModel): string[] {
  return Array.from(model.states)
    .filter(([, state]) => mayDisconnect(state))
    .map(([profileId]) => model.profiles.get(profileId) ?? '');
}
