import type { Router } from '../router.ts';

/** Resolves with the first syslog line, old or new, that holds `text`. */
export function syslogHas(router: Router, text: string): Promise<string> {
  const known = router.syslog.lines().find((line) => line.includes(text));
  if (known !== undefined) return Promise.resolve(known);
  return new Promise((resolve) => {
    const leave = router.syslog.subscribe((line) => {
      if (!line.includes(text)) return;
      leave();
      resolve(line);
    });
  });
}
