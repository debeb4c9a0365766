import { mayRetry, type Prompt } from '../../shared/connection.ts';
import type { Reply } from '../../shared/contract/call-types.ts';
import type { ContractHandlers } from '../../shared/contract/contract-server.ts';
import type { Profile } from '../../shared/profile.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { Connection } from '../connection/connection.ts';
import type { CredentialsProblem } from '../connection/credentials-check.ts';
import type { Store } from '../store/store.ts';
import type { Peer } from './audience.ts';
import type { Connections } from './connections.ts';
import type { StatisticsFeed } from './statistics-feed.ts';

export type ConnectionCalls = Pick<
  ContractHandlers<Peer>,
  | 'connect'
  | 'disconnect'
  | 'submitCredentials'
  | 'trustCertificate'
  | 'submitSecondStep'
  | 'dismissPrompt'
  | 'retryNow'
  | 'watchStatistics'
  | 'unwatchStatistics'
>;

interface Parts {
  readonly store: Store;
  readonly connections: Connections;
  readonly statistics: StatisticsFeed;
}

export function connectionCalls({ store, connections, statistics }: Parts): ConnectionCalls {
  const profileOf = (profileId: string): Reply<Profile> => {
    const profile = store.profiles.get(profileId);
    return profile === undefined
      ? err({ code: 'not-saved', problem: { kind: 'no-such-profile', id: profileId } })
      : ok(profile);
  };
  return {
    connect: async ({ profileId, purpose }) => {
      const profile = profileOf(profileId);
      return profile.ok ? connections.connect(profile.value, purpose) : profile;
    },
    disconnect: async ({ profileId }) => {
      await connections.disconnect(profileId);
      return ok({});
    },
    submitCredentials: async ({ profileId, userName, secret }) => {
      const asked = promptOf(connections.find(profileId), 'credentials');
      if (!asked.ok) return asked;
      const problem = asked.value.connection.submitCredentials({ userName, secret });
      return problem === undefined ? ok({}) : err(unusable(problem));
    },
    trustCertificate: async ({ profileId, publicKeySha256 }) => {
      const asked = promptOf(connections.find(profileId), 'certificate');
      if (!asked.ok) return asked;
      const { connection, prompt } = asked.value;
      // Another certificate than the one that was shown is another question.
      if (prompt.cause.certificate.publicKeySha256 !== publicKeySha256) return err({ code: 'not-now' });
      connection.trustCertificate();
      return ok({});
    },
    submitSecondStep: async ({ profileId, code }) => {
      const asked = promptOf(connections.find(profileId), 'second-step');
      if (!asked.ok) return asked;
      const { connection } = asked.value;
      const before = connection.state;
      connection.submitSecondStep(code);
      return connection.state === before ? err(unusable('code-used', 'code')) : ok({});
    },
    dismissPrompt: async ({ profileId }) => {
      const connection = connections.find(profileId);
      if (connection?.state.state !== 'prompting') return err({ code: 'not-now' });
      connection.dismissPrompt();
      return ok({});
    },
    retryNow: async ({ profileId }) => {
      const connection = connections.find(profileId);
      if (connection === undefined || !mayRetry(connection.state)) return err({ code: 'not-now' });
      connection.retryNow();
      return ok({});
    },
    watchStatistics: async ({ profileId, intervalMilliseconds }, peer) => {
      const profile = profileOf(profileId);
      if (!profile.ok) return profile;
      const connection = connections.of(profile.value);
      return ok({ recent: statistics.watch(peer, profileId, connection, intervalMilliseconds) });
    },
    unwatchStatistics: async ({ profileId }, peer) => {
      statistics.unwatch(peer, profileId);
      return ok({});
    },
  };
}

type PromptOf<Kind extends Prompt['kind']> = Extract<Prompt, { kind: Kind }>;

/** Two windows may answer one prompt: the second comes too late. */
function promptOf<Kind extends Prompt['kind']>(
  connection: Connection | undefined,
  kind: Kind,
): Result<
  { readonly connection: Connection; readonly prompt: PromptOf<Kind> },
  { readonly code: 'not-now' }
> {
  const state = connection?.state;
  if (connection === undefined || state?.state !== 'prompting' || !isOfKind(state.prompt, kind)) {
    return err({ code: 'not-now' });
  }
  return ok({ connection, prompt: state.prompt });
}

function isOfKind<Kind extends Prompt['kind']>(prompt: Prompt, kind: Kind): prompt is PromptOf<Kind> {
  return prompt.kind === kind;
}

const SENTENCES: Readonly<Record<CredentialsProblem, string>> = {
  'no-user-name': 'Enter your user name',
  'bad-user-name': 'A user name has no colon and no control characters',
  'no-password': 'Enter your password',
  'not-a-code': 'A one-time password has six characters: the digits 0 to 9 and the letters a to f',
  'not-a-pin': 'A PIN has 4 to 7 digits',
  'code-used': 'This code was used before. Take the next one.',
};

/** Said at its field. Nothing was sent. */
function unusable(problem: CredentialsProblem, field?: 'code') {
  const isUserName = problem === 'no-user-name' || problem === 'bad-user-name';
  const path = [field ?? (isUserName ? 'userName' : 'secret')];
  return {
    code: 'invalid-request' as const,
    issues: [{ path, code: problem, message: SENTENCES[problem] }],
  };
}
