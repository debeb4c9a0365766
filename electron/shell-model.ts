import { mayDisconnect, type ConnectionState } from '../shared/connection.ts';
import type { NotificationName, NotificationPayload } from '../shared/contract.ts';
import type { Snapshot } from '../shared/contract/snapshot-schema.ts';
import type { Settings } from '../shared/settings.ts';

/** What tray, notifications and window rules are made from: the contract's snapshot, and its changes after. */
export interface ShellModel {
  readonly profiles: ReadonlyMap<string, string>;
  /** Of those that are not disconnected. */
  readonly states: ReadonlyMap<string, ConnectionState>;
  readonly settings: Settings;
}

export type ShellNotification = {
  [Name in NotificationName]: { readonly name: Name; readonly payload: NotificationPayload<Name> };
}[NotificationName];

export function modelOf({ profiles, states, settings }: Snapshot): ShellModel {
  return {
    profiles: new Map(profiles.map(({ id, name }) => [id, name])),
    states: new Map(states.map(({ profileId, state }) => [profileId, state])),
    settings,
  };
}

/** What does not concern the shell gives the same model again. */
export function nextModel(model: ShellModel, notification: ShellNotification): ShellModel {
  switch (notification.name) {
    case 'profiles':
      return { ...model, profiles: nextProfiles(model.profiles, notification.payload) };
    case 'connection': {
      const { profileId, state } = notification.payload;
      const states = new Map(model.states);
      if (state.state === 'disconnected') states.delete(profileId);
      else states.set(profileId, state);
      return { ...model, states };
    }
    case 'settings':
      return { ...model, settings: notification.payload.settings };
    case 'statistics':
    case 'history':
    case 'log':
    case 'problems':
    case 'show':
      return model;
  }
}

function nextProfiles(
  profiles: ShellModel['profiles'],
  change: NotificationPayload<'profiles'>,
): ShellModel['profiles'] {
  if (change.change === 'all') return new Map(change.profiles.map(({ id, name }) => [id, name]));
  const next = new Map(profiles);
  if (change.change === 'saved') next.set(change.profile.id, change.profile.name);
  else next.delete(change.profileId);
  return next;
}

export function stateOf(model: ShellModel, profileId: string): ConnectionState {
  return model.states.get(profileId) ?? { state: 'disconnected' };
}

/** Names of what would be disconnected by quitting. */
export function connectedNames(model: ShellModel): string[] {
  return Array.from(model.states)
    .filter(([, state]) => mayDisconnect(state))
    .map(([profileId]) => model.profiles.get(profileId) ?? '');
}
