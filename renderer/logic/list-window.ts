/** Which rows of a long list are in the page. */
export interface ListWindow {
  readonly first: number;
  /** Behind the last. */
  readonly end: number;
}

/** Rows outside the view that are kept ready, so that scrolling shows no gaps. */
const MARGIN = 6;

export function listWindow(
  scrollTop: number,
  viewHeight: number,
  rowHeight: number,
  count: number,
): ListWindow {
  const first = Math.max(0, Math.min(count, Math.floor(scrollTop / rowHeight)) - MARGIN);
  const end = Math.min(count, Math.ceil((scrollTop + viewHeight) / rowHeight) + MARGIN);
  return { first, end: Math.max(first, end) };
}

/** Where to scroll so that row `index` is in view; `scrollTop` itself when it is already. */
export function scrolledTo(index: number, scrollTop: number, viewHeight: number, rowHeight: number): number {
  const top = index * rowHeight;
  if (top < scrollTop) return top;
  if (top + rowHeight > scrollTop + viewHeight) return top + rowHeight - viewHeight;
  return scrollTop;
}

/** The row that a key moves to from `index` (-1: none yet); undefined when the key moves nowhere. */
export function movedTo(key: string, index: number, count: number, page: number): number | undefined {
  if (count === 0) return undefined;
  const last = count - 1;
  const within = (row: number): number => Math.max(0, Math.min(last, row));
  switch (key) {
    case 'ArrowDown':
      return within(index + 1);
    case 'ArrowUp':
      return index < 0 ? last : within(index - 1);
    case 'Home':
      return 0;
    case 'End':
      return last;
    case 'PageDown':
      return within(index + page);
    case 'PageUp':
      return within(index - page);
    default:
      return undefined;
  }
}
