import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import { hostText } from '../../shared/server-address.ts';

export interface RouterAddresses {
  /** For programs on this machine; IPv6 in brackets, without the port. */
  readonly here: string;
  /** The router's pages for a browser on this machine. */
  readonly pages: string;
  /** And for phones and other machines; none when it listens for this machine alone. */
  readonly pagesElsewhere: readonly string[];
}

type Interfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;

/** How a router that listens on `host` is reached: an address that stands for all of them is not one to go to. */
export function routerAddresses(
  { host, port }: { readonly host: string; readonly port: number },
  interfaces: Interfaces = networkInterfaces(),
): RouterAddresses {
  const url = (address: string) => `https://${hostText(address)}:${port}/`;
  const listensOnAll = host === '0.0.0.0' || host === '::';
  const here = listensOnAll ? '127.0.0.1' : host;
  const elsewhere = Object.values(interfaces)
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, family, scopeid }) => {
      return !internal && (family === 'IPv4' || (host === '::' && (scopeid ?? 0) === 0));
    })
    .map(({ address }) => url(address));
  return { here: hostText(here), pages: url(here), pagesElsewhere: listensOnAll ? elsewhere : [] };
}
