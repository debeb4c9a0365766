import { z } from 'zod';
import { err, ok, type Result } from '../../shared/result.ts';
import type { SecretProblem } from '../../shared/secret-problem.ts';
import { connectBus, type MessageBus } from '../dbus/message-bus.ts';
import { sessionBusAddress } from '../dbus/session-bus-address.ts';
import { SecretServiceStore } from './secret-service/secret-service-store.ts';
import { SERVICE, secretProblemOf } from './secret-service/service-names.ts';
import { MemorySecretStore, type SecretStore } from './secret-store.ts';

export interface SystemSecretsOptions {
  readonly nameOf: (profileId: string) => string | undefined;
  /** As in SecretServiceOptions. */
  readonly onQuestion?: () => void;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Milliseconds for each answer of the bus and the keyring. */
  readonly deadline?: number;
}

/** Which way secrets go here. */
export type SecretWay =
  | { readonly kind: 'keyring'; readonly address: string }
  /** In memory, and asked for every time. */
  | { readonly kind: 'memory'; readonly because: SecretProblem };

/** Under `sudo` and in services there never is a session bus: nobody needs to be told of it. */
export function isUsualForRoot(problem: SecretProblem): boolean {
  return problem.reason === 'no-session-bus' && process.geteuid?.() === 0;
}

const DEADLINE = 5_000;
const BUS = 'org.freedesktop.DBus';

/** Finds out without unlocking anything and without starting a keyring. */
export async function findSecretWay(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  deadline = DEADLINE,
): Promise<SecretWay> {
  const address = await sessionBusAddress(environment);
  if (address === undefined) {
    return { kind: 'memory', because: { reason: 'no-session-bus', detail: 'this login has none' } };
  }
  const bus = await connectBus({ address, deadline });
  if (!bus.ok) return { kind: 'memory', because: secretProblemOf(bus.error) };
  const there = await isThere(bus.value);
  bus.value.close();
  return there.ok ? { kind: 'keyring', address } : { kind: 'memory', because: there.error };
}

/** The keyring where there is one, else memory; why, where it is memory. */
export async function openSystemSecrets(
  options: SystemSecretsOptions,
): Promise<{ readonly secrets: SecretStore; readonly problem: SecretProblem | undefined }> {
  const { nameOf, onQuestion, environment, deadline = DEADLINE } = options;
  const way = await findSecretWay(environment, deadline);
  if (way.kind === 'memory') return { secrets: new MemorySecretStore(), problem: way.because };
  return {
    secrets: new SecretServiceStore({ address: way.address, nameOf, onQuestion, deadline }),
    problem: undefined,
  };
}

/** Running, or to be started by the bus when it is called. */
async function isThere(bus: MessageBus): Promise<Result<void, SecretProblem>> {
  const names = await Promise.all(
    ['ListNames', 'ListActivatableNames'].map((member) =>
      bus.call(
        { destination: BUS, path: '/org/freedesktop/DBus', interface: BUS, member },
        z.tuple([z.array(z.string())]),
      ),
    ),
  );
  for (const listed of names) {
    if (!listed.ok) return err(secretProblemOf(listed.error));
    if (listed.value[0].includes(SERVICE)) return ok(undefined);
  }
  return err({ reason: 'no-keyring', detail: `nobody offers ${SERVICE}` });
}
