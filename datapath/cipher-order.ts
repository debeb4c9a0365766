import { DEFAULT_CIPHERS } from 'node:tls';

/**
 * OpenSSL's list with the AES-128-GCM suites first: as strong as needed (RFC 9325 §4.2), and ten rounds instead of
 * fourteen for every block of every packet. None is left out, so whatever the peer can do can still be agreed on.
 */
export function fastCiphersFirst(list: string = DEFAULT_CIPHERS): string {
  const names = list.split(':');
  const isFast = (name: string): boolean => /^(TLS_AES_128_GCM|(ECDHE|DHE)-[A-Z]+-AES128-GCM)/.test(name);
  return [...names.filter(isFast), ...names.filter((name) => !isFast(name))].join(':');
}
