import { getCACertificates } from 'node:tls';

let known: readonly string[] | undefined;

/**
 * The authorities that this machine trusts beside those that come with Node, with the latter, as PEM: where an
 * administrator has installed a company's own (update-ca-certificates; on Linux OpenSSL's folder, or what SSL_CERT_FILE
 * and SSL_CERT_DIR name). Empty when there are none beside. Read at the first call, which takes a tenth of a second.
 */
export function systemAuthorities(): readonly string[] {
  known ??= load();
  return known;
}

function load(): readonly string[] {
  const usual = getCACertificates('default');
  const all = new Set(usual);
  for (const certificate of systemStore()) all.add(certificate);
  return all.size === usual.length ? [] : [...all];
}

function systemStore(): readonly string[] {
  try {
    return getCACertificates('system');
  } catch {
    // One damaged file in the store.
    return [];
  }
}
