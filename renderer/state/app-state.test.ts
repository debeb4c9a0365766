import { describe, expect, test } from 'vitest';
import type { ConnectionState } from '../../shared/connection.ts';
import { profileView } from '../../shared/contract/test-values.ts';
import { settingsSchema } from '../../shared/settings.ts';
import { initialState, nextState, promptingProfile, type AppEvent, type AppState } from './app-state.ts';

const A = '00000000-0000-4000-8000-00000000000a';
const B = '00000000-0000-4000-8000-00000000000b';
const C = '00000000-0000-4000-8000-00000000000c';
const prompting: ConnectionState = {
  state: 'prompting',
  prompt: { kind: 'credentials', asks: 'password', userName: '', because: undefined },
};

function after(...events: AppEvent[]): AppState {
  let state = initialState;
  for (const event of events) state = nextState(state, event);
  return state;
}

function snapshot(states: Record<string, ConnectionState> = {}): Extract<AppEvent, { kind: 'snapshot' }> {
  return {
    kind: 'snapshot',
    snapshot: {
      appVersion: '1',
      platform: {
        shell: 'browser',
        system: 'linux',
        secretProtection: 'memory',
        hasTray: false,
        canStartAtLogin: false,
      },
      systemLanguage: 'en',
      profiles: [profileView(B, 'Beta'), profileView(A, 'Alpha')],
      states: Object.entries(states).map(([profileId, state]) => ({ profileId, state })),
      settings: settingsSchema.parse({}),
      problems: [],
    },
  };
}

describe('a narrow window', () => {
  test('begins with the first-run help when there is no profile yet, else with the list', () => {
    const { snapshot: full } = snapshot();
    const empty: AppEvent = { kind: 'snapshot', snapshot: { ...full, profiles: [] } };
    expect(after(empty).pane).toBe('detail');
    expect(after(snapshot()).pane).toBe('list');
    // Who went back to the list stays there when the program is reached again.
    expect(after(empty, { kind: 'pane', pane: 'list' }, empty).pane).toBe('list');
  });
});

describe('selection', () => {
  test('the first by name, or the one that is busy', () => {
    expect(after(snapshot()).selectedId).toBe(A);
    expect(after(snapshot({ [B]: prompting })).selectedId).toBe(B);
  });

  test('stays through another snapshot and moves on when its profile is gone', () => {
    const chosen: AppEvent = { kind: 'select', profileId: B };
    expect(after(snapshot(), chosen, snapshot()).selectedId).toBe(B);
    const removed: AppEvent = { kind: 'profiles', change: { change: 'removed', profileId: B } };
    expect(after(snapshot(), chosen, removed).selectedId).toBe(A);
  });

  test('moves to the neighbour of a profile that is deleted', () => {
    const { snapshot: full } = snapshot();
    const three: AppEvent = {
      kind: 'snapshot',
      snapshot: { ...full, profiles: [...full.profiles, profileView(C, 'Gamma')] },
    };
    const without = (profileId: string): AppEvent => ({
      kind: 'profiles',
      change: { change: 'removed', profileId },
    });
    const chosen: AppEvent = { kind: 'select', profileId: B };
    expect(after(three, chosen, without(B)).selectedId).toBe(C);
    expect(after(three, chosen, without(C)).selectedId).toBe(B);
    expect(after(three, { kind: 'select', profileId: C }, without(C)).selectedId).toBe(B);
  });

  test('the tray may show a profile; one that is gone shows another', () => {
    expect(after(snapshot(), { kind: 'show', view: 'statistics', profileId: B })).toMatchObject({
      selectedId: B,
      view: 'statistics',
      pane: 'detail',
    });
    const gone = '00000000-0000-4000-8000-0000000000ff';
    expect(after(snapshot(), { kind: 'show', view: 'status', profileId: gone }).selectedId).toBe(A);
  });
});

test('changes before the first snapshot change nothing that is shown', () => {
  expect(after({ kind: 'connection', profileId: A, state: prompting, at: 0 }).facts).toBeUndefined();
});

test('a lost link keeps what is known', () => {
  expect(after(snapshot(), { kind: 'link', link: 'lost' }).facts?.profiles).toHaveLength(2);
});

test('a saved profile takes the place of the one with its id, in order', () => {
  const saved: AppEvent = {
    kind: 'profiles',
    change: { change: 'saved', profile: profileView(A, 'Gamma') },
  };
  expect(after(snapshot(), saved).facts?.profiles.map(({ name }) => name)).toEqual(['Beta', 'Gamma']);
});

test('a removed profile takes its state with it', () => {
  const removed: AppEvent = { kind: 'profiles', change: { change: 'removed', profileId: B } };
  expect(after(snapshot({ [B]: prompting }), removed).facts?.states.size).toBe(0);
});

test('of several that ask, the selected one asks first', () => {
  const facts = after(snapshot({ [A]: prompting, [B]: prompting })).facts;
  if (facts === undefined) throw new Error('no facts');
  expect(promptingProfile(facts, B)?.profile.id).toBe(B);
  expect(promptingProfile(facts, undefined)?.profile.id).toBe(A);
  const done = nextState(
    { ...initialState, facts },
    { kind: 'connection', profileId: A, state: { state: 'disconnected' }, at: 0 },
  ).facts;
  if (done === undefined) throw new Error('no facts');
  expect(promptingProfile(done, A)?.profile.id).toBe(B);
});

test('the notice of a lock-out goes when the profile is dialled all the same', () => {
  const notice: AppEvent = { kind: 'notice', notice: { kind: 'locked-out', profileId: A, name: 'Alpha' } };
  const dialled = (profileId: string): AppEvent => ({
    kind: 'connection',
    profileId,
    state: { state: 'connecting', stage: 'connecting', attempt: 1 },
    at: 6000,
  });
  expect(after(snapshot(), notice, dialled(B)).notice).toBeDefined();
  expect(after(snapshot(), notice, dialled(A)).notice).toBeUndefined();
});

test('who goes back to the list has left log and settings, but not the statistics', () => {
  const back: AppEvent = { kind: 'pane', pane: 'list' };
  const shown = (view: AppState['view']): AppEvent => ({ kind: 'show', view, profileId: undefined });
  expect(after(snapshot(), shown('log'), back).view).toBe('status');
  expect(after(snapshot(), shown('settings'), back).view).toBe('status');
  expect(after(snapshot(), shown('statistics'), back).view).toBe('statistics');
});

test('whether to delete a profile is not asked when another window has deleted it', () => {
  const asking: AppEvent = { kind: 'ask-removal', profile: profileView(B, 'Beta') };
  const removed = (profileId: string): AppEvent => ({
    kind: 'profiles',
    change: { change: 'removed', profileId },
  });
  expect(after(snapshot(), asking, removed(A)).removing?.id).toBe(B);
  expect(after(snapshot(), asking, removed(B)).removing).toBeUndefined();
  const none: AppEvent = { kind: 'profiles', change: { change: 'all', profiles: [] } };
  expect(after(snapshot(), asking, none).removing).toBeUndefined();
});
