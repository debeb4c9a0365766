import { useEffect, useRef, type RefObject } from 'react';

/**
 * What goes while it has the focus would leave a keyboard at the window's beginning: what `heir` (a selector) finds in
 * the same place has it then. Where it finds nothing, a message (`otherwise` is `back`) leaves the focus to what had it
 * before; a control waits for the next change. `change` is what controls or messages come and go with.
 */
export function useKeptFocus(
  change: unknown,
  heir: string,
  otherwise: 'back' | 'wait' = 'wait',
): RefObject<HTMLDivElement | null> {
  const place = useRef<HTMLDivElement>(null);
  const wasInside = useRef(false);
  const cameFrom = useRef<EventTarget>(null);
  const before = useRef(change);
  useEffect(() => {
    const follow = ({ target, relatedTarget }: FocusEvent): void => {
      // A dialog has the focus for a while only, and then gives it back.
      if (!(target instanceof Element) || target.closest('dialog') !== null) return;
      const isInside = place.current?.contains(target) ?? false;
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
    const next = place.current?.querySelector(heir) ?? (otherwise === 'back' ? cameFrom.current : null);
    if (next instanceof HTMLElement) next.focus();
  }, [change, heir, otherwise]);
  return place;
}
