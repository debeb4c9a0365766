import type { ContractBridge } from '../shared/contract/bridge.ts';
import { socketTransport } from './socket-transport.ts';
import { readToken } from './token.ts';
import type { WindowTransport } from './window-transport.ts';

declare global {
  interface Window {
    /** Put there by the preload script; absent in a browser. */
    readonly smartvpn?: ContractBridge;
  }
}

/** The preload bridge in the desktop's window, else a WebSocket to where the page came from. */
export function windowTransport(page: Window): WindowTransport {
  if (page.smartvpn !== undefined) return bridgeTransport(page.smartvpn);
  const url = new URL('/contract', page.location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  url.hash = '';
  return socketTransport({
    url: url.href,
    token: readToken(page),
    keepToken: (token) => {
      page.sessionStorage.setItem('token', token);
    },
  });
}

function bridgeTransport(bridge: ContractBridge): WindowTransport {
  return {
    call: (name, payload) => bridge[name](payload),
    onNotification: (listener) => bridge.onNotification(listener),
    status: () => 'connected',
    onStatus: () => () => undefined,
  };
}
