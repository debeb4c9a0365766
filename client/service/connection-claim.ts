import type { Result } from '../../shared/result.ts';
import type { Connection } from '../connection/connection.ts';

/**
 * The right of one program of a user to hold a tunnel, as the control socket gives it: `smartvpn status` and
 * `disconnect` in a terminal then find this connection. `calledOff`: nobody wants it any more, and any answer will do.
 */
export type ClaimConnection = (
  connection: Connection,
  calledOff: AbortSignal,
) => Promise<Result<Claim, ClaimRefusal>>;

export interface Claim {
  /** Others may connect again. */
  release(): Promise<void>;
}

export type ClaimRefusal =
  /** Another program holds a connection of the profile of that name. */
  | { readonly kind: 'held'; readonly profileName: string }
  /** It could not be found out whether another does. */
  | { readonly kind: 'unavailable'; readonly reason: ClaimObstacle; readonly detail: string };

/** `folder`: the place where programs of this user would meet cannot be used. */
export type ClaimObstacle = 'silent' | 'other-version' | 'just-ended' | 'folder';

/** For a shell that is alone. */
export const unclaimed: ClaimConnection = () =>
  Promise.resolve({ ok: true, value: { release: () => Promise.resolve() } });
