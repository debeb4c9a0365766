import type {
  CallName,
  CallRequest,
  CallResponse,
  NotificationName,
  NotificationPayload,
} from '../contract.ts';
import { err, ok } from '../result.ts';
import { callParsers, isCallName, notificationParsers, type Reply } from './call-types.ts';
import { requestIssues } from './contract-error.ts';

/** `Context` is who calls: a window, a browser's socket. */
export type ContractHandlers<Context> = {
  readonly [Name in CallName]: (
    request: CallRequest<Name>,
    context: Context,
  ) => Promise<Reply<CallResponse<Name>>>;
};

/** Takes what a transport brought, garbage included. Never throws, never rejects. */
export type ContractServer<Context> = (
  name: unknown,
  payload: unknown,
  context: Context,
) => Promise<Reply<unknown>>;

/** `onFault` hears what a handler threw or answered wrongly: faults of ours, for the log. */
export function contractServer<Context>(
  handlers: ContractHandlers<Context>,
  onFault: (name: CallName, fault: unknown) => void,
): ContractServer<Context> {
  return async (name, payload, context) => {
    if (!isCallName(name)) return err({ code: 'unknown-call' });
    try {
      return await serve(handlers, name, payload, context, onFault);
    } catch (fault) {
      onFault(name, fault);
      // What was thrown may hold anything, a secret too: it goes to the redacting log alone.
      return err({ code: 'internal', detail: `The call ${name} failed` });
    }
  };
}

async function serve<Context, Name extends CallName>(
  handlers: ContractHandlers<Context>,
  name: Name,
  payload: unknown,
  context: Context,
  onFault: (name: CallName, fault: unknown) => void,
): Promise<Reply<CallResponse<Name>>> {
  const parsers = callParsers[name];
  const request = parsers.request.safeParse(payload);
  if (!request.success) return err({ code: 'invalid-request', issues: requestIssues(request.error) });
  const reply = await handlers[name](request.data, context);
  if (!reply.ok) return reply;
  const response = parsers.response.safeParse(reply.value);
  // Parsing also takes out what the contract does not name.
  if (response.success) return ok(response.data);
  onFault(name, response.error);
  return err({ code: 'internal', detail: `The call ${name} gave an answer that is none` });
}

/** A notification as it may be sent; undefined, and a fault to log, when it is not one. */
export function outgoingNotification<Name extends NotificationName>(
  name: Name,
  payload: NotificationPayload<Name>,
  onFault: (name: NotificationName, fault: unknown) => void,
): NotificationPayload<Name> | undefined {
  const parsed = notificationParsers[name].safeParse(payload);
  if (parsed.success) return parsed.data;
  onFault(name, parsed.error);
  return undefined;
}
