import type { ContractTransport } from '../shared/contract/contract-client.ts';

/** `refused`: the program is there but does not know this window's token. */
export type LinkStatus = 'connecting' | 'connected' | 'lost' | 'refused';

/** What the window talks through. */
export interface WindowTransport extends ContractTransport {
  readonly status: () => LinkStatus;
  readonly onStatus: (listener: () => void) => () => void;
}
