import type { z } from 'zod';
import {
  calls,
  notifications,
  type CallInput,
  type CallName,
  type CallRequest,
  type CallResponse,
  type NotificationName,
  type NotificationPayload,
} from '../contract.ts';
import type { Result } from '../result.ts';
import type { ContractError } from './contract-error.ts';

/** What every call answers with, on every transport. */
export type Reply<T> = Result<T, ContractError>;

/** The same values as mapped types, so that a name and its parsers stay together in generic code. */
export const callParsers: {
  readonly [Name in CallName]: {
    readonly request: z.ZodType<CallRequest<Name>, CallInput<Name>>;
    readonly response: z.ZodType<CallResponse<Name>>;
  };
} = calls;

export const notificationParsers: {
  readonly [Name in NotificationName]: z.ZodType<NotificationPayload<Name>>;
} = notifications;

export function isCallName(name: unknown): name is CallName {
  return typeof name === 'string' && Object.hasOwn(calls, name);
}

export function isNotificationName(name: unknown): name is NotificationName {
  return typeof name === 'string' && Object.hasOwn(notifications, name);
}
