import { useEffect, useRef, type RefObject } from 'react';

/**
 * A control that goes while it has the focus would leave a keyboard at the window's beginning: what `heir` (a
 * selector) finds in the same place has it then. `change` is what makes controls come and go.
 */
export function useKeptFocus(change: string, heir: string): RefObject<HTMLDivElement | null> {
  const place = useRef<HTMLDivElement>(null);
  const wasInside = useRef(false);
  const before = useRef(change);
  useEffect(() => {
    const follow = ({ target }: FocusEvent): void => {
      // A dialog has the focus for a while only, and then gives it back.
      if (!(target instanceof Element) || target.closest('dialog') !== null) return;
      wasInside.current = place.current?.contains(target) ?? false;
    };
    document.addEventListener('focusin', follow);
    return () => {
      document.removeEventListener('focusin', follow);
    };
  }, []);
  useEffect(() => {
    if (before.current === change) return;
    before.current = change;
    if (!wasInside.current || document.activeElement !== document.body) return;
    place.current?.querySelector<HTMLElement>(heir)?.focus();
  }, [change, heir]);
  return place;
}
