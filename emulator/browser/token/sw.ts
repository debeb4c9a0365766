/**
 * The service worker that lets the token page start without the router. The page that it has is shown at once;
 * meanwhile it looks for a new one, with all that belongs to it, for the next start. Other files have names that
 * change with what is in them. The clock is never answered from here.
 */
const CACHE = 'vigor-token-1';
interface LastingEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}

interface RequestEvent extends LastingEvent {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}

function isLasting(event: Event): event is LastingEvent {
  return 'waitUntil' in event;
}

function isRequest(event: Event): event is RequestEvent {
  return isLasting(event) && 'respondWith' in event;
}

addEventListener('install', (event) => {
  if (isLasting(event)) event.waitUntil(keepAll());
});

addEventListener('fetch', (event) => {
  if (!isRequest(event) || event.request.method !== 'GET') return;
  const { origin, pathname } = new URL(event.request.url);
  if (origin === location.origin && pathname !== CLOCK) event.respondWith(answer(event));
});

const CLOCK = new URL('./clock', location.href).pathname;

/** The page and whatever it names; the page last, so that what is kept is always whole. */
async function keepAll(): Promise<void> {
  const cache = await caches.open(CACHE);
  const page = await fetch('./', { cache: 'no-cache' });
  if (!page.ok) throw new Error('There is no token page');
  const text = await page.clone().text();
  const named = text.matchAll(/(?:src|href)="([^"#]+)"/g);
  // each once: addAll refuses to fetch one file twice
  const addresses = [...new Set(Array.from(named, ([, address = '']) => address))];
  await cache.addAll(addresses);
  await cache.put('./', page);
  const kept = new Set(['./', ...addresses].map((address) => new URL(address, location.href).href));
  for (const request of await cache.keys()) if (!kept.has(request.url)) await cache.delete(request);
}

async function answer(event: RequestEvent): Promise<Response> {
  const cache = await caches.open(CACHE);
  const isPage = event.request.mode === 'navigate';
  const known = await cache.match(isPage ? './' : event.request, { ignoreSearch: true });
  if (known === undefined) return fetch(event.request);
  if (isPage) event.waitUntil(keepAll().catch(() => undefined));
  return known;
}
