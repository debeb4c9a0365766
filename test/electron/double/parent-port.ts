import { EventEmitter } from 'node:events';
import type { ParentPort } from '../../../electron/parent-link.ts';

/** `node --import` this in a child of `fork`, and it has the `process.parentPort` of Electron's utility processes. */
class ParentPortDouble extends EventEmitter implements ParentPort {
  readonly #early: unknown[] = [];

  constructor() {
    super();
    process.on('message', (data) => {
      if (this.listenerCount('message') === 0) this.#early.push(data);
      else this.emit('message', { data });
    });
    // Kept until a listener is there, as Electron does.
    this.on('newListener', (event) => {
      if (event !== 'message') return;
      queueMicrotask(() => {
        for (const data of this.#early.splice(0)) this.emit('message', { data });
      });
    });
    // As a utility process ends with its parent.
    process.on('disconnect', () => process.exit(0));
  }

  postMessage(message: unknown): void {
    process.send?.(message);
  }
}

Object.defineProperty(process, 'parentPort', { value: new ParentPortDouble() });
