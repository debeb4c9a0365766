import { join } from 'node:path';
import { AppDouble } from './app.ts';
import { IpcMainDouble } from './ipc.ts';
import { ProtocolDouble } from './protocol.ts';

export const app = new AppDouble(join(import.meta.dirname, '..', '..', '..'));
export const ipcMain = new IpcMainDouble();
export const protocol = new ProtocolDouble(() => app.isReadyNow);
