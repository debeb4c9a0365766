import type { CallChannels, CallEvent } from '../../../electron/contract-ipc.ts';

type Listener = (event: CallEvent, request: unknown) => Promise<unknown>;

/** Electron's `ipcMain`: values cross as structured clones, and an unknown channel is an error. */
export class IpcMainDouble implements CallChannels {
  readonly #listeners = new Map<string, Listener>();

  handle(channel: string, listener: Listener): void {
    if (this.#listeners.has(channel))
      throw new Error(`Attempted to register a second handler for '${channel}'`);
    this.#listeners.set(channel, listener);
  }

  /** For electron-store, which would answer a renderer of its own kind. */
  on(): void {
    // no renderer of ours asks
  }

  get channels(): string[] {
    return [...this.#listeners.keys()];
  }

  async invoke(event: CallEvent, channel: string, request: unknown): Promise<unknown> {
    const listener = this.#listeners.get(channel);
    if (listener === undefined) throw new Error(`No handler registered for '${channel}'`);
    return structuredClone(await listener(event, structuredClone(request)));
  }
}
