import type { CallName } from '../contract.ts';

/**
 * What the preload script puts into the page as `window.smartvpn`: one method per message. It imports
 * types alone, so that the preload script carries no parser.
 */
export type ContractBridge = { readonly [Name in CallName]: (request: unknown) => Promise<unknown> } & {
  /** Returns its end. */
  readonly onNotification: (listener: (name: string, payload: unknown) => void) => () => void;
};

export interface BridgePort {
  readonly call: (name: CallName, request: unknown) => Promise<unknown>;
  readonly onNotification: ContractBridge['onNotification'];
}

/** `port` is Electron's IPC, of which the page sees nothing but these methods. */
export function contractBridge({ call, onNotification }: BridgePort): ContractBridge {
  return {
    snapshot: (request) => call('snapshot', request),
    addProfile: (request) => call('addProfile', request),
    saveProfile: (request) => call('saveProfile', request),
    removeProfile: (request) => call('removeProfile', request),
    undoRemoveProfile: (request) => call('undoRemoveProfile', request),
    importProfiles: (request) => call('importProfiles', request),
    exportProfiles: (request) => call('exportProfiles', request),
    connect: (request) => call('connect', request),
    disconnect: (request) => call('disconnect', request),
    submitCredentials: (request) => call('submitCredentials', request),
    trustCertificate: (request) => call('trustCertificate', request),
    submitSecondStep: (request) => call('submitSecondStep', request),
    dismissPrompt: (request) => call('dismissPrompt', request),
    retryNow: (request) => call('retryNow', request),
    watchStatistics: (request) => call('watchStatistics', request),
    unwatchStatistics: (request) => call('unwatchStatistics', request),
    history: (request) => call('history', request),
    clearHistory: (request) => call('clearHistory', request),
    watchLog: (request) => call('watchLog', request),
    unwatchLog: (request) => call('unwatchLog', request),
    prepareReport: (request) => call('prepareReport', request),
    changeSettings: (request) => call('changeSettings', request),
    dismissProblem: (request) => call('dismissProblem', request),
    onNotification,
  };
}
