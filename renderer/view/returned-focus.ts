import { useEffect, useRef, type RefObject } from 'react';

/**
 * A message goes when its button was pressed, and the focus with it. It is then at the next message's (`heir`, a
 * selector), or back where it came from. `change` is what messages come and go with.
 */
export function useReturnedFocus(change: unknown, heir: string): RefObject<HTMLDivElement | null> {
  const place = useRef<HTMLDivElement>(null);
  const wasInside = useRef(false);
  const cameFrom = useRef<EventTarget>(null);
  const before = useRef(change);
  useEffect(() => {
    const follow = ({ target, relatedTarget }: FocusEvent): void => {
      const isInside = target instanceof Node && place.current?.contains(target) === true;
      if (isInside && !wasInside.current) cameFrom.current = relatedTarget;
      wasInside.current = isInside;
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
    const next = place.current?.querySelector(heir) ?? cameFrom.current;
    if (next instanceof HTMLElement) next.focus();
  }, [change, heir]);
  return place;
}
