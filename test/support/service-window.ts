import { expect } from 'vitest';
import type { Peer } from '../../client/service/audience.ts';
import type { Service } from '../../client/service/service.ts';
import type { ConnectionState } from '../../shared/connection.ts';
import type { NotificationName, NotificationPayload } from '../../shared/contract.ts';
import { contractClient, type ContractClient } from '../../shared/contract/contract-client.ts';
import { contractServer } from '../../shared/contract/contract-server.ts';
import type { Reply } from '../../shared/contract/call-types.ts';

/** A window of the service without a page: the contract's own client, over texts as any transport has them. */
export class ServiceWindow {
  readonly client: ContractClient;
  readonly peer: Peer;
  /** Everything that came from the program, as text. */
  readonly heard: string[] = [];
  /** Faults of handlers. */
  readonly faults: unknown[] = [];
  readonly #states = new Map<string, ConnectionState>();
  readonly #waiting = new Set<() => void>();

  constructor(service: Service) {
    const listeners = new Set<(name: unknown, payload: unknown) => void>();
    const hear = (value: unknown): unknown => {
      const text = JSON.stringify(value);
      this.heard.push(text);
      return JSON.parse(text);
    };
    this.peer = service.attach((name, payload) => {
      const told = hear(payload);
      for (const listener of listeners) listener(name, told);
      for (const look of this.#waiting) look();
    });
    const serve = contractServer(service.handlers, (_name, fault) => this.faults.push(fault));
    this.client = contractClient({
      call: async (name, payload) => hear(await serve(name, JSON.parse(JSON.stringify(payload)), this.peer)),
      onNotification: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    });
    this.client.on('connection', ({ profileId, state }) => this.#states.set(profileId, state));
  }

  state(profileId: string): ConnectionState {
    return this.#states.get(profileId) ?? { state: 'disconnected' };
  }

  /** Resolves as soon as the profile is in that state. */
  async until<State extends ConnectionState['state']>(
    profileId: string,
    wanted: State,
    matches: (state: Extract<ConnectionState, { state: State }>) => boolean = () => true,
  ): Promise<Extract<ConnectionState, { state: State }>> {
    return new Promise((resolve) => {
      const look = (): void => {
        const state = this.state(profileId);
        if (!isState(state, wanted) || !matches(state)) return;
        this.#waiting.delete(look);
        resolve(state);
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** The next notification of that name that matches. */
  next<Name extends NotificationName>(
    name: Name,
    matches: (payload: NotificationPayload<Name>) => boolean = () => true,
  ): Promise<NotificationPayload<Name>> {
    return new Promise((resolve) => {
      const end = this.client.on(name, (payload) => {
        if (!matches(payload)) return;
        end();
        resolve(payload);
      });
    });
  }
}

function isState<State extends ConnectionState['state']>(
  state: ConnectionState,
  wanted: State,
): state is Extract<ConnectionState, { state: State }> {
  return state.state === wanted;
}

/** The value of a reply that is one; fails the test with its error otherwise. */
export async function valueOf<T>(reply: Promise<Reply<T>>): Promise<T> {
  const answer = await reply;
  if (!answer.ok) expect.fail(JSON.stringify(answer.error));
  return answer.value;
}

export async function errorOf(reply: Promise<Reply<unknown>>) {
  const answer = await reply;
  if (answer.ok) expect.fail('it was done');
  return answer.error;
}
