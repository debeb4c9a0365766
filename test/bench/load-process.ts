import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import type { Session } from '../../client/session/session-types.ts';
import { openTimedSession } from './timed-session.ts';

/**
 * Clients for the emulator: real sessions without devices, many in one process. The parent talks to it over
 * Node's IPC channel, one question at a time.
 */
const questionSchema = z.discriminatedUnion('ask', [
  z.object({
    ask: z.literal('open'),
    host: z.string(),
    port: z.number(),
    publicKeySha256: z.string(),
    userName: z.string(),
    password: z.string(),
    count: z.number(),
    /** Sign-ins under way at once. */
    concurrency: z.number(),
  }),
  z.object({ ask: z.literal('round-trips'), count: z.number(), pauseMilliseconds: z.number() }),
  z.object({ ask: z.literal('traffic'), milliseconds: z.number() }),
  z.object({ ask: z.literal('close') }),
]);
export type LoadQuestion = z.infer<typeof questionSchema>;
type Opening = Extract<LoadQuestion, { ask: 'open' }>;

const sessions: Session[] = [];

async function open(opening: Opening): Promise<{ signIns: number[]; failures: string[] }> {
  const signIns: number[] = [];
  const failures: string[] = [];
  const { userName, password, count, concurrency } = opening;
  const credentials = { kind: 'password', userName, password } as const;
  let begun = 0;
  const worker = async (): Promise<void> => {
    while (begun < count) {
      begun += 1;
      try {
        const { session, milliseconds } = await openTimedSession({ ...opening, credentials });
        sessions.push(session);
        signIns.push(milliseconds);
      } catch (error) {
        failures.push(error instanceof Error ? error.message : String(error));
      }
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return { signIns, failures };
}

/** Of the first session, in milliseconds; lost ones are left out. */
async function roundTrips(count: number, pauseMilliseconds: number): Promise<number[]> {
  const measured: number[] = [];
  for (let i = 0; i < count; i += 1) {
    const milliseconds = await sessions[0]?.measureRoundTrip();
    if (milliseconds !== undefined) measured.push(milliseconds);
    await wait(pauseMilliseconds);
  }
  return measured;
}

/** A ping to the router in each session once a second, spread over it. Gives how many were answered. */
async function traffic(milliseconds: number): Promise<number> {
  const end = performance.now() + milliseconds;
  const pings = sessions.map(async (session, place) => {
    await wait((1000 * place) / sessions.length);
    let answered = 0;
    while (performance.now() < end) {
      const next = performance.now() + 1000;
      if ((await session.measureRoundTrip()) !== undefined) answered += 1;
      await wait(Math.max(0, next - performance.now()));
    }
    return answered;
  });
  return (await Promise.all(pings)).reduce((sum, answered) => sum + answered, 0);
}

async function answer(question: LoadQuestion): Promise<unknown> {
  switch (question.ask) {
    case 'open':
      return open(question);
    case 'traffic':
      return traffic(question.milliseconds);
    case 'round-trips':
      return roundTrips(question.count, question.pauseMilliseconds);
    case 'close': {
      const closing = sessions.splice(0);
      const ends = await Promise.all(
        closing.map(async (session) => {
          await session.cancel();
          return session.ended;
        }),
      );
      // A session that ended by itself before is not one that stayed up.
      return { lost: ends.filter(({ kind }) => kind !== 'cancelled').length };
    }
  }
}

process.on('disconnect', () => process.exit());
process.on('message', (message) => {
  void answer(questionSchema.parse(message)).then((value) => process.send?.(value));
});
