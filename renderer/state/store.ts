import type { ContractClient } from '../../shared/contract/contract-client.ts';
import type { WindowTransport } from '../window-transport.ts';
import { initialState, nextState, type AppEvent, type AppState } from './app-state.ts';

/** The window's one snapshot, for `useSyncExternalStore`. */
export interface AppStore {
  readonly get: () => AppState;
  readonly subscribe: (listener: () => void) => () => void;
  readonly send: (event: AppEvent) => void;
}

export function createStore(): AppStore {
  let state = initialState;
  const listeners = new Set<() => void>();
  return {
    get: () => state,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    send: (event) => {
      const next = nextState(state, event);
      if (next === state) return;
      state = next;
      for (const listener of listeners) listener();
    },
  };
}

/** Keeps the store at what the program says, through lost links too. */
export function followProgram(
  store: AppStore,
  client: ContractClient,
  link: Pick<WindowTransport, 'status' | 'onStatus'>,
): void {
  client.on('profiles', (change) => {
    store.send({ kind: 'profiles', change });
  });
  client.on('connection', ({ profileId, state }) => {
    store.send({ kind: 'connection', profileId, state, at: Date.now() });
  });
  client.on('settings', ({ settings }) => {
    store.send({ kind: 'settings', settings });
  });
  client.on('problems', ({ problems }) => {
    store.send({ kind: 'problems', problems });
  });
  client.on('show', ({ view, profileId, why }) => {
    store.send({ kind: 'show', view, profileId });
    if (why !== undefined) store.send({ kind: 'notice', notice: { kind: 'failed', error: why } });
  });
  const linkChanged = (): void => {
    const status = link.status();
    store.send({ kind: 'link', link: status });
    // Whatever happened while the link was lost is in the new snapshot.
    if (status === 'connected') void takeSnapshot(store, client);
  };
  link.onStatus(linkChanged);
  linkChanged();
}

async function takeSnapshot(store: AppStore, client: ContractClient): Promise<void> {
  const reply = await client.call('snapshot', {});
  if (reply.ok) store.send({ kind: 'snapshot', snapshot: reply.value });
  // A lost link says so itself, and asks anew when it is back.
  else if (reply.error.code !== 'connection-lost') {
    store.send({ kind: 'notice', notice: { kind: 'failed', error: reply.error } });
  }
}
