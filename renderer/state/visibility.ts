/** Whether anybody can see the window. */
export interface Visibility {
  readonly isHidden: () => boolean;
  readonly onChange: (listener: () => void) => () => void;
}

export function pageVisibility(page: Document): Visibility {
  return {
    isHidden: () => page.hidden,
    onChange: (listener) => {
      page.addEventListener('visibilitychange', listener);
      return () => {
        page.removeEventListener('visibilitychange', listener);
      };
    },
  };
}
