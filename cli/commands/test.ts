import type { Command } from 'commander';
import { attend } from '../connect/attend.ts';
import { createAskingAttendant } from '../connect/asking-attendant.ts';
import type { Attendant } from '../connect/attendant.ts';
import {
  type CredentialOptions,
  addCredentialOptions,
  givenAnswers,
  readMotpSecret,
  usesKeyring,
} from '../connect/credential-options.ts';
import { SpentCounters } from '../../client/session/spent-counters.ts';
import { openProfileSecrets } from '../connect/profile-secrets.ts';
import { RecordKeeper } from '../connect/record-keeper.ts';
import { withTimeout } from '../connect/impatient-session.ts';
import type { Context, Run } from '../context.ts';
import { exitCode } from '../exit-codes.ts';
import { interruptedFailure } from '../interruption.ts';
import { logLineText } from '../../client/log-text.ts';
import { parseInteger } from '../option-values.ts';
import { findProfile, openProfiles } from '../store-access.ts';
import { Connection, type ConnectionDependencies } from '../../client/connection/connection.ts';
import { type Log, createLog } from '../../client/log.ts';
import { startSession as startAttempt } from '../../client/session/session.ts';
import type { Session, StartSession } from '../../client/session/session-types.ts';
import type { TunnelFacts } from '../../shared/connection.ts';
import type { Profile } from '../../shared/profile.ts';

interface TestOptions extends CredentialOptions {
  readonly pings?: number;
  readonly verbose?: true;
}

export function defineTest(command: Command, run: Run): void {
  command
    .description(
      'Signs in, gets an address and pings the router inside the tunnel, then leaves. Makes no network device and changes no route: needs no privileges.',
    )
    .argument('<profile>', "a profile's name")
    .option('--pings <n>', 'how often to ping (3)', (text) => parseInteger(text, 0, 100));
  addCredentialOptions(command)
    .addHelpText(
      'after',
      '\nExamples:\n  smartvpn test office\n  smartvpn test office --code-stdin --json < code',
    )
    .action(run(test));
}

async function test(context: Context, name: string, options: TestOptions): Promise<number> {
  const { output, interruption } = context;
  const store = await openProfiles(context);
  const profile = findProfile(store, name);
  if (!profile.ok) return output.fail(profile.error);
  const motpSecret = await readMotpSecret(options);
  if (!motpSecret.ok) return output.fail(motpSecret.error);
  const attendant = createAskingAttendant(context, givenAnswers(options));
  const log = createLog();
  if (options.verbose === true) {
    log.subscribe((line) => attendant.report({ event: 'log', line: logLineText(line) }));
  }
  const records = new RecordKeeper(store, (message) => attendant.report({ event: 'warning', message }));
  const secrets = openProfileSecrets({
    profile: profile.value,
    motpSecret: motpSecret.value,
    keyring: usesKeyring(options, profile.value),
    log,
    report: (report) => attendant.report(report),
  });
  const counters = new SpentCounters(context.folders.state);
  const start = counters.guard(profile.value.id, withTimeout(startAttempt, options.timeout), (milliseconds) =>
    attendant.report({ event: 'waiting-for-code', milliseconds }),
  );
  const trial = startTrial(profile.value, records, log, secrets, start);
  const done = new AbortController();
  const ending = await attend({
    connection: trial.connection,
    profile: profile.value,
    attendant,
    records,
    signal: AbortSignal.any([interruption.signal, done.signal]),
    device: 'none',
    onConnected: (tunnel) =>
      void ping(trial, tunnel, attendant, options.pings ?? 3).finally(() => done.abort()),
  });
  await Promise.all([records.settled(), secrets.settled(), counters.settled()]);
  if (ending.kind === 'failed') return output.fail(ending.failure);
  if (interruption.reason() !== undefined) return output.fail(interruptedFailure(interruption));
  output.line(`${output.style.good('All is well:')} this profile can connect.`);
  return exitCode('done');
}

interface Trial {
  readonly connection: Connection;
  /** The attempt that runs. */
  session(): Session | undefined;
}

/** A connection of one attempt. */
function startTrial(
  profile: Profile,
  records: RecordKeeper,
  log: Log,
  secrets: ConnectionDependencies['secrets'],
  start: StartSession,
): Trial {
  let session: Session | undefined;
  const startSession: StartSession = (options, dependencies, listener) => {
    session = start(options, dependencies, listener);
    return session;
  };
  const once: Profile = { ...profile, advanced: { ...profile.advanced, reconnect: false } };
  const connection = new Connection(once, {
    startSession,
    network: undefined,
    secrets,
    store: records.store,
    log,
  });
  return { connection, session: () => session };
}

async function ping(trial: Trial, tunnel: TunnelFacts, attendant: Attendant, times: number): Promise<void> {
  for (let count = 0; count < times; count += 1) {
    const milliseconds = await trial.session()?.measureRoundTrip();
    // it may have ended meanwhile
    if (trial.connection.state.state !== 'connected') return;
    attendant.report({
      event: 'ping',
      address: tunnel.gateway,
      ...(milliseconds === undefined ? {} : { milliseconds }),
    });
  }
}
