import type { MessageLink } from '../client/tunnel-process/tunnel-messages.ts';

/** What a utility process sees of its parent (`process.parentPort`). */
export interface ParentPort {
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): unknown;
  postMessage(message: unknown): void;
}

export function parentLink(port: ParentPort): MessageLink {
  return {
    send: (message) => {
      port.postMessage(message);
    },
    // Electron keeps messages until the first listener is there.
    onMessage: (listener) => {
      port.on('message', ({ data }) => {
        listener(data);
      });
    },
  };
}
