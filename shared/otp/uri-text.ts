/** Undoes percent encoding (RFC 3986 §2.1); undefined when it is not well formed. */
export function decodeUriText(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** `a=1&b=2` as a map with lower-case names; of a repeated name the first counts. */
export function readQuery(query: string): ReadonlyMap<string, string> | undefined {
  const parameters = new Map<string, string>();
  for (const part of query.split('&')) {
    const equals = part.indexOf('=');
    const name = decodeUriText(equals < 0 ? part : part.slice(0, equals));
    const value = decodeUriText(equals < 0 ? '' : part.slice(equals + 1).replaceAll('+', ' '));
    if (name === undefined || value === undefined) return undefined;
    const key = name.toLowerCase();
    if (key !== '' && !parameters.has(key)) parameters.set(key, value);
  }
  return parameters;
}
