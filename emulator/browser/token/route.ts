import { useSyncExternalStore } from 'react';

/** Where one is, in the address behind `#`, so that a phone's back button works. */
export type Route =
  | { readonly kind: 'list' }
  | { readonly kind: 'new' }
  | { readonly kind: 'code'; readonly id: string }
  | { readonly kind: 'details'; readonly id: string };

export function parseRoute(hash: string): Route {
  const [kind = '', id = ''] = hash.replace(/^#\/?/, '').split('/');
  if (kind === 'new') return { kind: 'new' };
  if ((kind === 'code' || kind === 'details') && id !== '') return { kind, id };
  return { kind: 'list' };
}

export function useRoute(): Route {
  return parseRoute(useSyncExternalStore(subscribe, () => location.hash));
}

function subscribe(changed: () => void): () => void {
  addEventListener('hashchange', changed);
  return () => removeEventListener('hashchange', changed);
}

export function goTo(hash: string): void {
  location.hash = hash;
}
