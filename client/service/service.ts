import type { CallName } from '../../shared/contract.ts';
import type { ContractHandlers } from '../../shared/contract/contract-server.ts';
import type { Platform, Problem } from '../../shared/contract/snapshot-schema.ts';
import { err, ok } from '../../shared/result.ts';
import type { Settings } from '../../shared/settings.ts';
import type { Log } from '../log.ts';
import type { HoldingNetwork } from '../network/holding-network.ts';
import type { WatchNetwork } from '../monitor/watch-network.ts';
import type { StartSession } from '../session/session-types.ts';
import type { SecretStore } from '../store/secret-store.ts';
import type { Store } from '../store/store.ts';
import { Audience, type Notify, type Peer } from './audience.ts';
import { connectionCalls } from './connection-calls.ts';
import { unclaimed, type ClaimConnection } from './connection-claim.ts';
import { Connections } from './connections.ts';
import { keepingStore } from './keeping-store.ts';
import { LogFeed } from './log-feed.ts';
import { ProblemList } from './problem-list.ts';
import { profileCalls } from './profile-calls.ts';
import { ProfileRegister } from './profile-register.ts';
import { redactedState } from './redacted-state.ts';
import { RemovedProfiles } from './removed-profiles.ts';
import { reportText } from './report.ts';
import { SecretIndex } from './secret-index.ts';
import { StatisticsFeed } from './statistics-feed.ts';

export interface ServiceOptions {
  readonly store: Store;
  readonly secrets: SecretStore;
  /** Undefined: this platform cannot set up devices and routes. */
  readonly network: HoldingNetwork | undefined;
  readonly log: Log;
  readonly startSessionFor: (profileId: string) => StartSession;
  readonly version: string;
  readonly platform: Omit<Platform, 'secretProtection'>;
  /** BCP 47. */
  readonly systemLanguage: string;
  /** Left out: changes of this machine's network are not noticed. */
  readonly watchNetwork?: WatchNetwork;
  /** Left out: no other program of this user may hold a connection. */
  readonly claim?: ClaimConnection;
  /** Unix milliseconds. */
  readonly clock?: () => number;
}

/** The program's side of the contract, for every window there is, in whichever shell. */
export interface Service {
  readonly handlers: ContractHandlers<Peer>;
  /** A window: told of every change from now on. Its `close` ends all that runs for it. */
  attach(notify: Notify): Peer;
  /** For the shell: what its tray has to say to the windows. */
  readonly tell: Pick<Audience, 'tell'>['tell'];
  /** Something is wrong apart from any call. */
  report(problem: Problem): void;
  /** Mends what a former run left behind and connects what is to be connected on start. */
  start(): Promise<void>;
  /** Disconnects; resolves when nothing is left. */
  close(): Promise<void>;
}

export async function createService(options: ServiceOptions): Promise<Service> {
  const { store, network, log } = options;
  const fault = (name: string, what: unknown): void =>
    log.error(`${name} is not as the contract has it: ${textOf(what)}`);
  const audience = new Audience(fault);
  const problems = new ProblemList(audience, store);
  const secrets = await SecretIndex.open(
    options.secrets,
    store.profiles.list().map(({ id }) => id),
    () => register.announce(),
    (problem) => problems.add({ source: 'secrets', ...problem }),
  );
  const register: ProfileRegister = new ProfileRegister(store, secrets, audience, (profile) =>
    connections.changeProfile(profile),
  );
  const redact = (text: string): string => log.redact(text);
  const closing = new AbortController();
  const recover = async (calledOff: AbortSignal): Promise<void> => {
    for (const detail of await recovered(network, calledOff))
      problems.add({ source: 'network-recovered', detail });
  };
  const keeping = keepingStore({ store, secrets, register, problems, audience });
  const connections: Connections = new Connections({
    dependencies: {
      network,
      recover,
      log,
      store: keeping.store,
      secrets: keeping.secrets,
      ...(options.watchNetwork === undefined ? {} : { watchNetwork: options.watchNetwork }),
      ...(options.clock === undefined ? {} : { clock: options.clock }),
    },
    startSessionFor: options.startSessionFor,
    claim: options.claim ?? unclaimed,
    refresh: () => register.refresh(),
    onState: (profileId, state) =>
      audience.tell('connection', { profileId, state: redactedState(state, redact) }),
  });
  const removed = new RemovedProfiles({ secrets, store, log });
  const logFeed = new LogFeed(audience, log);
  const statistics = new StatisticsFeed(audience);
  const states = () =>
    connections.states().map(({ profileId, state }) => ({ profileId, state: redactedState(state, redact) }));

  const handlers: ContractHandlers<Peer> = {
    ...profileCalls({ store, secrets, register, connections, removed, problems, log }),
    ...connectionCalls({ store, connections, statistics }),
    snapshot: async () => {
      await register.refresh();
      problems.takeFromStore();
      return ok({
        appVersion: options.version,
        platform: { ...options.platform, secretProtection: secrets.protection },
        systemLanguage: options.systemLanguage,
        profiles: register.views(),
        states: states(),
        settings: store.settings.get(),
        problems: problems.list(),
      });
    },
    history: async ({ profileId }) => ok({ entries: [...store.history.list(profileId)] }),
    clearHistory: async ({ profileId }) => {
      const cleared = await store.history.clear(profileId);
      problems.takeFromStore();
      if (!cleared.ok) return err({ code: 'not-saved', problem: cleared.error });
      audience.tell('historyCleared', { profileId });
      return ok({});
    },
    watchLog: async (_request, peer) => ok({ lines: logFeed.watch(peer) }),
    unwatchLog: async (_request, peer) => {
      logFeed.unwatch(peer);
      return ok({});
    },
    prepareReport: async () => {
      const facts = {
        version: options.version,
        settings: store.settings.get(),
        problems: problems.list().map(({ problem }) => problem),
        connections: connections.dialled(),
        log,
      };
      return ok({ text: reportText(facts) });
    },
    changeSettings: async (change) => {
      const changed = await store.settings.change(withoutUndefined(change));
      problems.takeFromStore();
      if (!changed.ok) return err({ code: 'not-saved', problem: changed.error });
      audience.tell('settings', { settings: changed.value });
      return ok({ settings: changed.value });
    },
    dismissProblem: async ({ id }) => {
      problems.dismiss(id);
      return ok({});
    },
  };

  return {
    handlers,
    attach: (notify) => audience.attach(notify),
    tell: (name, payload) => audience.tell(name, payload),
    report: (problem) => problems.add(problem),
    start: async () => {
      void removed.forgetLeft();
      await recover(closing.signal);
      if (closing.signal.aborted) return;
      const { connectOnStart } = store.settings.get();
      const profile = connectOnStart === null ? undefined : store.profiles.get(connectOnStart);
      if (profile === undefined) return;
      const reply = await connections.connect(profile, 'use');
      if (!reply.ok) log.warn(`Could not connect on start: ${reply.error.code}`);
    },
    close: async () => {
      closing.abort();
      await connections.close();
      await keeping.settled();
      audience.close();
      await removed.forgetAll();
    },
  };
}

/** What handlers threw, for the log. */
export function handlerFault(log: Log): (name: CallName, fault: unknown) => void {
  return (name, fault) => log.error(`The call ${name} failed: ${textOf(fault)}`);
}

async function recovered(
  network: HoldingNetwork | undefined,
  calledOff: AbortSignal,
): Promise<readonly string[]> {
  try {
    return (await network?.recover(calledOff)) ?? [];
  } catch (error) {
    return [textOf(error)];
  }
}

function withoutUndefined(change: { readonly [Name in keyof Settings]?: Settings[Name] | undefined }) {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
}

function textOf(fault: unknown): string {
  return fault instanceof Error ? (fault.stack ?? fault.message) : String(fault);
}
