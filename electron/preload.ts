import { contextBridge, ipcRenderer } from 'electron';
import { contractBridge } from '../shared/contract/bridge.ts';
import { callChannel, NOTIFICATION_NAMES, notificationChannel } from './ipc-channels.ts';

/** Runs in the sandbox beside the page. The page gets these methods, and neither `ipcRenderer` nor its events. */
contextBridge.exposeInMainWorld(
  'smartvpn',
  contractBridge({
    call: (name, request) => ipcRenderer.invoke(callChannel(name), request),
    onNotification: (listener) => {
      const ends = NOTIFICATION_NAMES.map((name) => {
        const hear = (_event: unknown, payload: unknown): void => {
          listener(name, payload);
        };
        ipcRenderer.on(notificationChannel(name), hear);
        return () => {
          ipcRenderer.removeListener(notificationChannel(name), hear);
        };
      });
      return () => {
        for (const end of ends) end();
      };
    },
  }),
);
