import type { Socket } from 'node:net';
import { pipeline } from 'node:stream';

/** What comes out of one goes into the other, both ways; when either ends badly, both are gone. */
export function joinSockets(near: Socket, far: Socket): void {
  const ended = (error: Error | null | undefined): void => {
    if (error === null || error === undefined) return;
    near.destroy();
    far.destroy();
  };
  pipeline(near, far, ended);
  pipeline(far, near, ended);
}
