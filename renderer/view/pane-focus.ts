import { useEffect, useRef, type RefObject } from 'react';
import type { AppState } from '../state/app-state.ts';

/**
 * In a narrow window the list gives way to what it leads to, and back: what had the focus is gone then, and it goes
 * to the way back, or to the list. In a wide one both stay, and the focus where it is.
 */
export function usePaneFocus(pane: AppState['pane']): RefObject<HTMLElement | null> {
  const frame = useRef<HTMLElement>(null);
  const before = useRef(pane);
  useEffect(() => {
    if (before.current === pane) return;
    before.current = pane;
    const focused = document.activeElement;
    if (focused !== null && focused !== document.body && focused.checkVisibility()) return;
    frame.current?.querySelector<HTMLElement>(pane === 'list' ? '.profile-list' : '.back')?.focus();
  }, [pane]);
  return frame;
}
