import { whileInSight } from './in-sight.ts';

/**
 * Follows server-sent events while the page can be seen, and says in `#live` whether they come. The browser itself
 * connects anew; when it may not any more (the login has ended), that is said too.
 */
export function followEvents(address: string, take: (text: string) => void): void {
  whileInSight(() => {
    const source = new EventSource(address);
    source.addEventListener('open', () => say('Live', false));
    source.addEventListener('error', () => {
      say(
        source.readyState === EventSource.CLOSED ? 'Not live: load the page again' : 'Connecting again…',
        true,
      );
    });
    source.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      if (typeof data === 'string') take(data);
    });
    return () => source.close();
  });
}

function say(text: string, isLost: boolean): void {
  const place = document.querySelector('#live');
  if (place === null || place.textContent === text) return;
  place.textContent = text;
  place.classList.toggle('lost', isLost);
}
