import { calls, type CallName } from '../shared/contract.ts';
import { isCallName, type Reply } from '../shared/contract/call-types.ts';
import { isAppPage } from './app-origin.ts';
import { callChannel } from './ipc-channels.ts';

/** What is used of a frame and of the event that a call comes with. */
export interface CallingFrame {
  readonly url: string;
  /** Null for a window's main frame. */
  readonly parent: unknown;
}

export interface CallEvent {
  /** Null when it has gone meanwhile. */
  readonly senderFrame: CallingFrame | null;
  readonly sender: unknown;
}

export interface CallChannels {
  handle(channel: string, listener: (event: CallEvent, request: unknown) => Promise<unknown>): void;
}

/** The only place that calls may come from: the main frame of our window, while it shows our page. */
export interface TrustedWindow {
  readonly webContents: unknown;
  readonly mainFrame: unknown;
}

export function isTrustedSender(event: CallEvent, window: TrustedWindow | undefined): boolean {
  const frame = event.senderFrame;
  if (window === undefined || frame === null) return false;
  if (event.sender !== window.webContents || frame !== window.mainFrame || frame.parent !== null)
    return false;
  return isAppPage(frame.url);
}

export interface ContractIpcOptions {
  readonly channels: CallChannels;
  readonly window: () => TrustedWindow | undefined;
  /** A `ContractServer` for our window's peer. */
  readonly serve: (name: CallName, request: unknown) => Promise<Reply<unknown>>;
  readonly onForeignSender: (name: CallName, url: string) => void;
}

/** One handler for each call of the contract, and none beside them. */
export function handleContract({ channels, window, serve, onForeignSender }: ContractIpcOptions): void {
  for (const name of Object.keys(calls).filter(isCallName)) {
    channels.handle(callChannel(name), async (event, request) => {
      if (isTrustedSender(event, window())) return await serve(name, request);
      onForeignSender(name, event.senderFrame?.url ?? 'a frame that is gone');
      throw new Error('refused');
    });
  }
}
