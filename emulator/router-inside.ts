import type { BruteForceGuard } from './brute-force.ts';
import type { CertificateRequest } from './certificate.ts';
import type { RouterConfig } from './config.ts';
import type { ConnectionRow } from './connection-management.ts';
import type { DialInUsers } from './dial-in-users.ts';
import type { FaultInForce, FaultInput } from './faults.ts';
import type { PppSettings } from './ppp-settings.ts';
import type { Syslog } from './syslog.ts';

export interface CertificateFacts {
  readonly pem: string;
  /** The own authority's certificate, when there is one. */
  readonly caPem: string | undefined;
  /** SHA-256 of the certificate, upper-case hex with colons. */
  readonly fingerprint: string;
  /** SHA-256 of the SubjectPublicKeyInfo, lower-case hex. */
  readonly publicKeySha256: string;
}

/** The router as its own pages see it. */
export interface RouterInside {
  /** As it is at this moment. */
  readonly config: RouterConfig;
  readonly port: number;
  /** Unix milliseconds. */
  readonly clock: () => number;
  /** Secure random bytes. */
  readonly random: (length: number) => Uint8Array;
  readonly users: DialInUsers;
  readonly syslog: Syslog;
  /** Wrong passwords count for the tunnel and for the pages together. */
  readonly bruteForce: BruteForceGuard;
  readonly certificate: CertificateFacts;
  /** What was wrong with stored files or the configuration, as sentences. */
  readonly problems: readonly string[];
  connections(): ConnectionRow[];
  /** False = no tunnel of that number is up. */
  drop(vpn: number): boolean;
  faults(): FaultInForce[];
  setFaults(faults: readonly FaultInput[]): Promise<void>;
  /** From the next session on. Rejects when they cannot be stored; nothing has changed then. */
  changePpp(settings: PppSettings): Promise<void>;
  /** A new key and certificate, which stay over a restart. Rejects as `changePpp` does. */
  replaceCertificate(request: Partial<CertificateRequest>): Promise<void>;
  /** The administrator's own. Throws when the key does not belong to it. */
  bringCertificate(pem: string, keyPem: string): Promise<void>;
}
