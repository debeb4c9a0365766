import { z } from 'zod';
import { err, ok, type Result } from '../result.ts';

/**
 * The contract over a browser's WebSocket, JSON texts:
 *
 *   window → program   { token }                     first, and nothing before it is answered
 *   program → window   { welcome: { token } }        the token for the next connection
 *   window → program   { id, call, request }
 *   program → window   { id, reply }                 reply as in `Reply`
 *   program → window   { notification, payload }
 *
 * A token that is not right closes the socket with `WRONG_TOKEN`.
 */
export const WRONG_TOKEN = 4401;

export const tokenSchema = z.string().min(16).max(200);

export const helloSchema = z.object({ token: tokenSchema });

export const callMessageSchema = z.object({
  id: z.number().int().min(0),
  call: z.string().max(60),
  request: z.unknown(),
});

/** Names and payloads are parsed by the contract itself. */
export const serverMessageSchema = z.union([
  z.object({ welcome: helloSchema }),
  z.object({ id: z.number().int().min(0), reply: z.unknown() }),
  z.object({ notification: z.string().max(60), payload: z.unknown() }),
]);
export type ServerMessage = z.infer<typeof serverMessageSchema>;

/** Never throws, whatever `text` is. */
export function readMessage<T>(schema: z.ZodType<T>, text: unknown): Result<T, undefined> {
  if (typeof text !== 'string') return err(undefined);
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    return parsed.success ? ok(parsed.data) : err(undefined);
  } catch {
    return err(undefined);
  }
}
