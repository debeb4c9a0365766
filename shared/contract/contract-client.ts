import { z } from 'zod';
import {
  type CallInput,
  type CallName,
  type CallResponse,
  type NotificationName,
  type NotificationPayload,
} from '../contract.ts';
import { err, ok } from '../result.ts';
import { callParsers, isNotificationName, notificationParsers, type Reply } from './call-types.ts';
import { contractErrorSchema, requestIssues, type ContractError } from './contract-error.ts';

/** What carries the contract: Electron's IPC, a WebSocket, a test's double. */
export interface ContractTransport {
  /** May reject when no answer can come. */
  readonly call: (name: CallName, payload: unknown) => Promise<unknown>;
  readonly onNotification: (listener: (name: unknown, payload: unknown) => void) => () => void;
}

export interface ContractClient {
  /** Never rejects: what goes wrong is in the reply. A request that is none is not sent. */
  readonly call: <Name extends CallName>(
    name: Name,
    request: CallInput<Name>,
  ) => Promise<Reply<CallResponse<Name>>>;
  /** Returns its end. */
  readonly on: <Name extends NotificationName>(
    name: Name,
    listener: (payload: NotificationPayload<Name>) => void,
  ) => () => void;
}

const replySchema = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), value: z.unknown() }),
  z.object({ ok: z.literal(false), error: contractErrorSchema }),
]);

type Listeners = { readonly [Name in NotificationName]: Set<(payload: NotificationPayload<Name>) => void> };

export function contractClient(transport: ContractTransport): ContractClient {
  const listeners: Listeners = {
    profiles: new Set(),
    connection: new Set(),
    statistics: new Set(),
    history: new Set(),
    historyCleared: new Set(),
    settings: new Set(),
    log: new Set(),
    problems: new Set(),
    show: new Set(),
  };
  // One subscription for the client's life: a window has one client.
  transport.onNotification((name, payload) => {
    if (isNotificationName(name)) deliver(listeners, name, payload);
  });
  return {
    call: (name, request) => call(transport, name, request),
    on: (name, listener) => {
      listeners[name].add(listener);
      return () => {
        listeners[name].delete(listener);
      };
    },
  };
}

async function call<Name extends CallName>(
  transport: ContractTransport,
  name: Name,
  request: CallInput<Name>,
): Promise<Reply<CallResponse<Name>>> {
  const parsers = callParsers[name];
  const checked = parsers.request.safeParse(request);
  if (!checked.success) return err({ code: 'invalid-request', issues: requestIssues(checked.error) });
  const answer = await answerOf(transport, name, checked.data);
  if (!answer.ok) return answer;
  const reply = replySchema.safeParse(answer.value);
  if (!reply.success) return err({ code: 'invalid-reply' });
  if (!reply.data.ok) return err(reply.data.error);
  const response = parsers.response.safeParse(reply.data.value);
  return response.success ? ok(response.data) : err({ code: 'invalid-reply' });
}

async function answerOf(
  transport: ContractTransport,
  name: CallName,
  request: unknown,
): Promise<Reply<unknown>> {
  try {
    return ok(await transport.call(name, request));
  } catch {
    return err({ code: 'connection-lost' } satisfies ContractError);
  }
}

/** A notification that cannot be read is dropped: the next snapshot has what it said. */
function deliver<Name extends NotificationName>(
  listeners: Pick<Listeners, Name>,
  name: Name,
  payload: unknown,
): void {
  const parsed = notificationParsers[name].safeParse(payload);
  if (!parsed.success) return;
  for (const listener of listeners[name]) listener(parsed.data);
}
