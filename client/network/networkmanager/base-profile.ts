import { randomUUID } from 'node:crypto';
import type { Result } from '../../../shared/result.ts';
import type { BusProblem } from '../../dbus/message-bus.ts';
import { type ProfileFacts, tunnelProfile } from './connection-profile.ts';
import type { NetworkManager } from './network-manager.ts';

/**
 * Before 1.52 NetworkManager made no device for a new profile; a profile that is there already gives it one. This one is
 * the tunnel's under another UUID, is there for a moment, and alone of all that does not go with our connection to the bus.
 */
export class BaseProfile {
  readonly uuid = randomUUID();
  readonly #facts: Omit<ProfileFacts, 'uuid'>;
  #state: 'absent' | 'asked-for' | 'there' = 'absent';

  constructor(facts: Omit<ProfileFacts, 'uuid'>) {
    this.#facts = facts;
  }

  get mayBeThere(): boolean {
    return this.#state !== 'absent';
  }

  async add(manager: NetworkManager): Promise<Result<unknown, BusProblem>> {
    this.#state = 'asked-for';
    const added = await manager.addInMemory(tunnelProfile({ ...this.#facts, uuid: this.uuid }));
    if (added.ok) this.#state = 'there';
    else if (added.error.kind === 'error-reply') this.#state = 'absent';
    return added;
  }

  async remove(manager: NetworkManager): Promise<void> {
    if (this.#state === 'absent') return;
    // Its path is another one when NetworkManager was started again meanwhile.
    const isGone = await manager.deleteProfileOf(this.uuid);
    // One whose adding was not answered may still come.
    if (isGone && this.#state === 'there') this.#state = 'absent';
  }
}
