import { profileSchema } from '../profile.ts';
import { err } from '../result.ts';
import type { ContractHandlers } from './contract-server.ts';
import type { ProfileView } from './snapshot-schema.ts';

/** For tests: a profile with everything by default. */
export function profileView(id: string, name = 'Office'): ProfileView {
  return {
    ...profileSchema.parse({ id, name, server: 'vpn.example.com' }),
    keeps: { password: false, motpSecret: false },
  };
}

const refuse = () => Promise.resolve(err({ code: 'not-now' } as const));

/** For tests: handlers that do nothing; a test puts its own in their place. */
export const refusingHandlers: ContractHandlers<undefined> = {
  snapshot: refuse,
  addProfile: refuse,
  saveProfile: refuse,
  removeProfile: refuse,
  undoRemoveProfile: refuse,
  importProfiles: refuse,
  exportProfiles: refuse,
  connect: refuse,
  disconnect: refuse,
  submitCredentials: refuse,
  trustCertificate: refuse,
  submitSecondStep: refuse,
  dismissPrompt: refuse,
  retryNow: refuse,
  watchStatistics: refuse,
  unwatchStatistics: refuse,
  history: refuse,
  clearHistory: refuse,
  watchLog: refuse,
  unwatchLog: refuse,
  prepareReport: refuse,
  changeSettings: refuse,
  dismissProblem: refuse,
};
