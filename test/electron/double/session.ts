import { EventEmitter } from 'node:events';
import type { LockableSession } from '../../../electron/page-lockdown.ts';

type RequestHandler = Parameters<LockableSession['setPermissionRequestHandler']>[0];
type CheckHandler = Parameters<LockableSession['setPermissionCheckHandler']>[0];

/** Electron's default session: what the shell lets a page have. */
export class SessionDouble extends EventEmitter implements LockableSession {
  #onRequest: RequestHandler = (_contents, _permission, answer) => {
    answer(true);
  };
  #onCheck: CheckHandler = () => true;
  #onDevice: () => boolean = () => true;

  setPermissionRequestHandler(handler: RequestHandler): void {
    this.#onRequest = handler;
  }

  setPermissionCheckHandler(handler: CheckHandler): void {
    this.#onCheck = handler;
  }

  setDevicePermissionHandler(handler: () => boolean): void {
    this.#onDevice = handler;
  }

  /** What a page that asked for `permission` would be given. */
  ask(permission: string): { request: boolean; check: boolean; device: boolean } {
    let request = true;
    this.#onRequest(null, permission, (granted) => {
      request = granted;
    });
    return { request, check: this.#onCheck(null, permission), device: this.#onDevice() };
  }
}
