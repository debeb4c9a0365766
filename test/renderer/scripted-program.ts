import type { Notify } from '../../client/service/audience.ts';
import type {
  CallInput,
  CallName,
  LogLine,
  NotificationName,
  NotificationPayload,
} from '../../shared/contract.ts';
import type { ConnectionState, ConnectionStatistics, HistoryEntry } from '../../shared/connection.ts';
import {
  contractServer,
  outgoingNotification,
  type ContractHandlers,
} from '../../shared/contract/contract-server.ts';
import type { Reply } from '../../shared/contract/call-types.ts';
import type { ProfileView, Snapshot } from '../../shared/contract/snapshot-schema.ts';
import { editedProfile, newProfile } from '../../shared/profile-draft.ts';
import { formatProfileFile, parseProfileFile } from '../../shared/profile-file.ts';
import { profileSchema, type ProfileInput } from '../../shared/profile.ts';
import { err, ok } from '../../shared/result.ts';
import { settingsSchema } from '../../shared/settings.ts';

/** What a call was and what it carried, in the order of their coming. */
export interface HeardCall {
  readonly name: unknown;
  readonly payload: unknown;
}

export interface Script {
  readonly profiles?: readonly ProfileView[];
  readonly states?: Snapshot['states'];
  readonly settings?: Partial<Snapshot['settings']>;
  readonly platform?: Partial<Snapshot['platform']>;
  readonly problems?: Snapshot['problems'];
  readonly systemLanguage?: string;
  readonly samples?: readonly ConnectionStatistics[];
  readonly history?: readonly HistoryEntry[];
  readonly log?: readonly LogLine[];
  readonly report?: string;
  /** Answers in the place of the usual ones. */
  readonly handlers?: Partial<ContractHandlers<undefined>>;
}

/** A program behind the window that does as it is told: for tests of the window alone. */
export class ScriptedProgram {
  readonly heard: HeardCall[] = [];
  readonly faults: unknown[] = [];
  readonly #profiles = new Map<string, ProfileView>();
  readonly #removed = new Map<string, ProfileView>();
  readonly #script: Script;
  readonly #serve: (name: unknown, payload: unknown, context: undefined) => Promise<Reply<unknown>>;
  #settings: Snapshot['settings'];
  #notify: Notify = () => undefined;

  constructor(script: Script) {
    this.#script = script;
    this.#settings = settingsSchema.parse(script.settings ?? {});
    for (const profile of script.profiles ?? []) this.#profiles.set(profile.id, profile);
    this.#serve = contractServer({ ...this.#handlers(), ...script.handlers }, (name, fault) => {
      this.faults.push([name, fault]);
    });
  }

  readonly call = (name: unknown, payload: unknown): Promise<Reply<unknown>> => {
    this.heard.push({ name, payload });
    return this.#serve(name, payload, undefined);
  };

  attach(notify: Notify): void {
    this.#notify = notify;
  }

  notify<Name extends NotificationName>(name: Name, payload: NotificationPayload<Name>): void {
    const parsed = outgoingNotification(name, payload, (...fault) => {
      this.faults.push(fault);
    });
    if (parsed !== undefined) this.#notify(name, parsed);
  }

  state(profileId: string, state: ConnectionState): void {
    this.notify('connection', { profileId, state });
  }

  calls(name: CallName): unknown[] {
    return this.heard.filter((call) => call.name === name).map(({ payload }) => payload);
  }

  #saved(profile: ProfileView): Reply<{ profile: ProfileView }> {
    this.#profiles.set(profile.id, profile);
    this.notify('profiles', { change: 'saved', profile });
    return ok({ profile });
  }

  #handlers(): ContractHandlers<undefined> {
    const nothing = (): Promise<Reply<Record<string, never>>> => Promise.resolve(ok({}));
    const script = this.#script;
    return {
      snapshot: () =>
        Promise.resolve(
          ok({
            appVersion: '0.1.0',
            platform: {
              shell: 'electron',
              system: 'linux',
              secretProtection: 'system',
              hasTray: true,
              canStartAtLogin: true,
              ...script.platform,
            },
            systemLanguage: script.systemLanguage ?? 'en-GB',
            profiles: [...this.#profiles.values()],
            states: [...(script.states ?? [])],
            settings: this.#settings,
            problems: [...(script.problems ?? [])],
          }),
        ),
      addProfile: ({ profile, secrets, trustOf = '' }) => {
        const id = crypto.randomUUID();
        const original = this.#profiles.get(trustOf);
        return Promise.resolve(
          this.#saved({
            ...(original === undefined ? newProfile(profile, id) : editedProfile(profile, original)),
            id,
            keeps: keptAfter(secrets, { password: false, motpSecret: false }),
          }),
        );
      },
      saveProfile: ({ profileId, profile, secrets, basedOn, trust }) => {
        const keeps = this.#profiles.get(profileId)?.keeps ?? { password: false, motpSecret: false };
        const { trustedCertificate, ...edited } = editedProfile(profile, basedOn);
        const kept = trust === 'keep' && trustedCertificate !== undefined ? { trustedCertificate } : {};
        return Promise.resolve(this.#saved({ ...edited, ...kept, keeps: keptAfter(secrets, keeps) }));
      },
      removeProfile: ({ profileId }) =>
        this.#with(profileId, (profile) => {
          this.#profiles.delete(profileId);
          this.#removed.set(profileId, profile);
          this.notify('profiles', { change: 'removed', profileId });
          return ok({});
        }),
      undoRemoveProfile: ({ profileId }) => {
        const removed = this.#removed.get(profileId);
        return Promise.resolve(removed === undefined ? err({ code: 'not-now' }) : this.#saved(removed));
      },
      importProfiles: ({ text }) => {
        const file = parseProfileFile(text);
        if (!file.ok) return Promise.resolve(err({ code: 'unreadable-file', problem: file.error }));
        const added = file.value.profiles.map((profile) => ({
          ...profile,
          id: crypto.randomUUID(),
          keeps: { password: false, motpSecret: false },
        }));
        for (const profile of added) this.#saved(profile);
        return Promise.resolve(ok({ added, refused: [...file.value.refused] }));
      },
      exportProfiles: () => Promise.resolve(ok({ text: formatProfileFile([...this.#profiles.values()]) })),
      connect: nothing,
      disconnect: ({ profileId }) => {
        this.state(profileId, { state: 'disconnected' });
        return nothing();
      },
      submitCredentials: nothing,
      trustCertificate: nothing,
      submitSecondStep: nothing,
      dismissPrompt: ({ profileId }) => {
        this.state(profileId, { state: 'disconnected' });
        return nothing();
      },
      retryNow: nothing,
      watchStatistics: () => Promise.resolve(ok({ recent: [...(script.samples ?? [])] })),
      unwatchStatistics: nothing,
      history: () => Promise.resolve(ok({ entries: [...(script.history ?? [])] })),
      clearHistory: ({ profileId }) => {
        this.notify('historyCleared', { profileId });
        return nothing();
      },
      watchLog: () => Promise.resolve(ok({ lines: [...(script.log ?? [])] })),
      unwatchLog: nothing,
      prepareReport: () => Promise.resolve(ok({ text: script.report ?? 'Smart VPN Client 0.1.0\n' })),
      changeSettings: (change) => {
        this.#settings = settingsSchema.parse({ ...this.#settings, ...change });
        this.notify('settings', { settings: this.#settings });
        return Promise.resolve(ok({ settings: this.#settings }));
      },
      dismissProblem: () => {
        this.notify('problems', { problems: [] });
        return nothing();
      },
    };
  }

  #with<T>(profileId: string, answer: (profile: ProfileView) => Reply<T>): Promise<Reply<T>> {
    const profile = this.#profiles.get(profileId);
    return Promise.resolve(profile === undefined ? err({ code: 'not-now' }) : answer(profile));
  }
}

function keptAfter(
  secrets: CallInput<'addProfile'>['secrets'],
  before: ProfileView['keeps'],
): ProfileView['keeps'] {
  const kept = (change: 'keep' | 'forget' | 'set', was: boolean): boolean =>
    change === 'keep' ? was : change === 'set';
  return {
    password: kept(secrets.password.change, before.password),
    motpSecret: kept(secrets.motpSecret.change, before.motpSecret),
  };
}

/** A profile for a script. `number` makes its id. */
export function scriptedProfile(number: number, fields: Omit<ProfileInput, 'id'>): ProfileView {
  const id = `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
  return { ...profileSchema.parse({ ...fields, id }), keeps: { password: false, motpSecret: false } };
}
