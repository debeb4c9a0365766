import { createContext, use, useCallback, useLayoutEffect, useState, useSyncExternalStore } from 'react';
import type { ConnectionStatistics } from '../../shared/connection.ts';
import type { ContractClient } from '../../shared/contract/contract-client.ts';
import type { Catalogue } from '../../shared/text/catalogue.ts';
import type { Language } from '../../shared/text/language.ts';
import type { AppState } from '../state/app-state.ts';
import type { LogFeed, NumberedLine } from '../state/log-feed.ts';
import type { StatisticsFeed } from '../state/statistics-feed.ts';
import type { AppStore } from '../state/store.ts';
import type { Visibility } from '../state/visibility.ts';
import type { WindowText } from '../text/en.ts';
import type { Actions } from '../state/actions.ts';

/** What the window's parts share. */
export interface Surroundings {
  readonly store: AppStore;
  readonly client: ContractClient;
  readonly actions: Actions;
  readonly statistics: StatisticsFeed;
  readonly log: LogFeed;
  readonly visibility: Visibility;
}

export interface Words {
  readonly language: Language;
  /** How numbers and dates are written, for example "en-GB". */
  readonly locale: string;
  readonly text: WindowText;
  /** What every surface says. */
  readonly catalogue: Catalogue;
}

export const SurroundingsContext = createContext<Surroundings | undefined>(undefined);
export const WordsContext = createContext<Words | undefined>(undefined);

export function useSurroundings(): Surroundings {
  return present(use(SurroundingsContext));
}

export function useWords(): Words {
  return present(use(WordsContext));
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a part of the window stands outside of it');
  return value;
}

export function useAppState(store: AppStore): AppState {
  return useSyncExternalStore(store.subscribe, store.get);
}

/** Unix milliseconds, new every second while it is needed and somebody can see it. `counts`: whether it is, at that time. */
export function useNow(counts: (now: number) => boolean): number {
  const { visibility } = useSurroundings();
  const [now, setNow] = useState(() => Date.now());
  const isNeeded = counts(now);
  // Before anything is painted: a wait that has just begun would be shown as it was counted from long ago.
  useLayoutEffect(() => {
    if (!isNeeded) return undefined;
    const tick = (): void => {
      setNow(Date.now());
    };
    let timer: ReturnType<typeof setInterval> | undefined;
    const follow = (): void => {
      clearInterval(timer);
      if (visibility.isHidden()) return;
      tick();
      timer = setInterval(tick, 1000);
    };
    follow();
    const end = visibility.onChange(follow);
    return () => {
      clearInterval(timer);
      end();
    };
  }, [isNeeded, visibility]);
  return now;
}

const NO_SAMPLES: readonly ConnectionStatistics[] = [];

/** Samples of a connected profile, oldest first; they flow only while this is in the page. */
export function useStatistics(profileId: string, isConnected: boolean): readonly ConnectionStatistics[] {
  const { statistics } = useSurroundings();
  const subscribe = useCallback(
    (listener: () => void) => statistics.watch(profileId, listener),
    [statistics, profileId],
  );
  return useSyncExternalStore(isConnected ? subscribe : never, () =>
    isConnected ? statistics.samples(profileId) : NO_SAMPLES,
  );
}

function never(): () => void {
  return () => undefined;
}

export function useLogLines(): readonly NumberedLine[] {
  const { log } = useSurroundings();
  return useSyncExternalStore(log.watch, log.lines);
}
