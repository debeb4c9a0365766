/**
 * Pages that may be opened in the system's browser. Whole addresses: a page that was taken over cannot carry
 * anything away in a path, a query or a host of its own.
 */
export const EXTERNAL_LINKS: readonly string[] = [
  'https://www.draytek.com/',
  'https://www.draytek.com/support/knowledge-base/',
];

/** The address as the table has it; undefined for all others. */
export function externalLink(url: string): string | undefined {
  const parsed = URL.parse(url);
  if (parsed === null || parsed.protocol !== 'https:') return undefined;
  return EXTERNAL_LINKS.find((link) => link === parsed.href);
}
