import type { CertificateFacts, FailureCause } from '../../shared/connection.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { Logger } from '../log.ts';
import { certificateFacts } from './certificate-facts.ts';
import { isAuthorityUnknown, judgeCertificate } from './certificate-policy.ts';
import { probePlainProtocol } from './plain-probe.ts';
import { probePortal } from './portal-probe.ts';
import type { SessionOptions } from './session-types.ts';
import { systemAuthorities } from './system-authorities.ts';
import { dialTls, type TlsChannel } from './tls-channel.ts';
import type { HandshakeFailure } from './tls-failure.ts';

export interface SecureChannelParts {
  /** In the order to try them. */
  readonly addresses: readonly string[];
  readonly log: Logger;
  /** What fails may be asked in plain HTTP whether a network's sign-in page is in the way. */
  readonly mayProbe: boolean;
}

export interface SecureChannelEvents {
  /** TCP stands. */
  securing(): void;
  /** Once: a channel to the router that the profile means, or why there is none. */
  done(result: Result<TlsChannel, FailureCause>): void;
}

/**
 * TCP, TLS and the certificate's judgement: whoever gets the channel may send credentials, and owns its
 * socket. `abandon` calls everything off before `done`, and does nothing after.
 *
 * A certificate whose authority Node does not know is looked at once more with the authorities that this machine
 * knows: by a second handshake, for OpenSSL judges chains better than we could. Nothing was sent in the first.
 */
export function openSecureChannel(
  { server, port, tls }: SessionOptions,
  { addresses, log, mayProbe }: SecureChannelParts,
  events: SecureChannelEvents,
): { abandon(): void } {
  const abandoned = new AbortController();
  const { minimumTls, legacyRenegotiation } = tls;
  const usual = { server, port, addresses, minimumTls, legacyRenegotiation };
  let dialling = dialTls(usual, {
    connected: (address) => {
      log.info(`Connected to ${address} port ${port}`);
      events.securing();
    },
    opened: (channel) => {
      const verdict = judge(channel, tls, log);
      if (verdict.refused === undefined) {
        events.done(ok(channel));
        return;
      }
      channel.socket.destroy();
      const authorities = verdict.isAuthorityUnknown ? systemAuthorities() : [];
      if (authorities.length === 0) void refuse(verdict.refused, channel.address);
      else dialAgain(channel.address, authorities, verdict.refused);
    },
    failed: (failure, address) => void explain(failure, address),
  });

  function dialAgain(address: string, authorities: readonly string[], refused: FailureCause): void {
    log.info('The authority may be one that only this machine knows: once more with those');
    dialling = dialTls(
      { ...usual, addresses: [address], authorities },
      {
        connected: () => undefined,
        opened: (channel) => {
          const verdict = judge(channel, tls, log);
          if (verdict.refused === undefined) {
            events.done(ok(channel));
            return;
          }
          channel.socket.destroy();
          void refuse(isMereInvalidity(verdict.refused) ? refused : verdict.refused, address);
        },
        // What is known already says more.
        failed: () => void refuse(refused, address),
      },
    );
  }

  /** What answers in plain text is worth a name: a wrong port is a common mistake. */
  async function explain(failure: HandshakeFailure, address: string | undefined): Promise<void> {
    if (!failure.plain || address === undefined) {
      await refuse(failure.plain ? failure.otherwise : failure.cause, address ?? addresses[0]);
      return;
    }
    const protocol = await probePlainProtocol(address, port, abandoned.signal);
    if (abandoned.signal.aborted) return;
    const plain: FailureCause | undefined = protocol && {
      kind: 'not-draytek-ssl-vpn',
      evidence: { looksLike: 'no-tls', protocol },
    };
    await refuse(plain ?? failure.otherwise, address);
  }

  /** Perhaps it was not the router that answered, but the network in between. */
  async function refuse(cause: FailureCause, address: string | undefined): Promise<void> {
    const isWorthIt = mayProbe && address !== undefined && anybodyCouldSay(cause);
    const portal = isWorthIt ? await probePortal(server, address, abandoned.signal) : undefined;
    if (abandoned.signal.aborted) return;
    events.done(err(portal === undefined ? cause : { kind: 'captive-portal', page: portal.page }));
  }

  return {
    abandon: () => {
      abandoned.abort();
      dialling.abandon();
    },
  };
}

/** Without being the router: what a network does that wants a sign-in first. */
function anybodyCouldSay({ kind }: FailureCause): boolean {
  return (
    kind === 'connection-refused' ||
    kind === 'certificate-unknown' ||
    kind === 'certificate-changed' ||
    kind === 'tls-failed' ||
    kind === 'not-draytek-ssl-vpn'
  );
}

/** Of two authorities with one name the other's key does not fit: "unknown" is then the better word. */
function isMereInvalidity(refused: FailureCause): boolean {
  return refused.kind === 'certificate-unknown' && refused.problem === 'invalid';
}

interface Verdict {
  /** Undefined: accepted. */
  readonly refused: FailureCause | undefined;
  readonly isAuthorityUnknown: boolean;
}

function judge(channel: TlsChannel, tls: SessionOptions['tls'], log: Logger): Verdict {
  const facts = readCertificate(channel);
  if (facts === undefined) {
    const refused = { kind: 'tls-failed', reason: 'ERR_CERTIFICATE_UNREADABLE', needs: undefined } as const;
    return { refused, isAuthorityUnknown: false };
  }
  log.info(`${channel.cipher}, certificate ${facts.fingerprint} of ${facts.subject}`);
  const presented = { facts, verifyError: channel.verifyError };
  const now = Date.now();
  const decision = judgeCertificate(presented, tls, now);
  if (!decision.accepted) {
    return { refused: decision.cause, isAuthorityUnknown: isAuthorityUnknown(presented, now) };
  }
  log.info(`Certificate accepted: ${decision.because}`);
  return { refused: undefined, isAuthorityUnknown: false };
}

function readCertificate(channel: TlsChannel): CertificateFacts | undefined {
  try {
    return certificateFacts(channel.certificate);
  } catch {
    // A key of a kind that OpenSSL does not know.
    return undefined;
  }
}
