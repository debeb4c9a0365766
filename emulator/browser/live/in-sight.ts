/** Runs `begin` while the page can be seen; what it returns ends that. */
export function whileInSight(begin: () => () => void): void {
  let end: (() => void) | undefined;
  const look = (): void => {
    if (!document.hidden) {
      end ??= begin();
      return;
    }
    end?.();
    end = undefined;
  };
  document.addEventListener('visibilitychange', look);
  look();
}
