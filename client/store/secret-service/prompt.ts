import { z } from 'zod';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { SecretProblem } from '../../../shared/secret-problem.ts';
import type { BusSignal, MessageBus } from '../../dbus/message-bus.ts';
import { SERVICE, secretProblemOf } from './service-names.ts';

const BUS = 'org.freedesktop.DBus';
const PROMPT_INTERFACE = 'org.freedesktop.Secret.Prompt';
const completedSchema = z.tuple([z.boolean(), z.unknown()]);

/** Milliseconds. Somebody types a password; nobody does where the question cannot be seen. */
const PATIENCE = 120_000;

/** Has the keyring ask its question and waits for the answer; what it is for comes back, a Variant. */
export async function awaitPrompt(bus: MessageBus, prompt: string): Promise<Result<unknown, SecretProblem>> {
  let settle: (result: Result<unknown, SecretProblem>) => void = () => {};
  const settled = new Promise<Result<unknown, SecretProblem>>((resolve) => {
    settle = resolve;
  });
  const completed = ({ body }: BusSignal): void => {
    const said = completedSchema.safeParse(body);
    if (said.success && !said.data[0]) settle(ok(said.data[1]));
    else settle(err({ reason: 'stayed-locked', detail: 'the question was closed' }));
  };
  // Whoever asked has ended, and its question with it.
  const ended = (): void => settle(err({ reason: 'no-answer', detail: 'the keyring ended while it asked' }));
  const wanted = [
    [{ sender: SERVICE, interface: PROMPT_INTERFACE, member: 'Completed', path: prompt }, completed],
    [{ sender: BUS, interface: BUS, member: 'NameOwnerChanged', arg0: SERVICE }, ended],
  ] as const;
  const stops: (() => void)[] = [];
  const timer = setTimeout(
    () => settle(err({ reason: 'stayed-locked', detail: 'its question got no answer' })),
    PATIENCE,
  );
  try {
    for (const [match, hear] of wanted) {
      const listening = await bus.listen(match, hear);
      if (!listening.ok) return err(secretProblemOf(listening.error));
      stops.push(listening.value);
    }
    const call = { destination: SERVICE, path: prompt, interface: PROMPT_INTERFACE };
    // An empty window id: the question stands in a window of its own.
    const shown = await bus.call(
      { ...call, member: 'Prompt', signature: 's', body: [''] },
      z.array(z.unknown()),
    );
    if (!shown.ok) return err(secretProblemOf(shown.error));
    const result = await settled;
    if (!result.ok) void bus.call({ ...call, member: 'Dismiss' }, z.unknown());
    return result;
  } finally {
    clearTimeout(timer);
    for (const stop of stops) stop();
  }
}
