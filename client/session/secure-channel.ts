import type { CertificateFacts, FailureCause } from '../../shared/connection.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { Logger } from '../log.ts';
import { certificateFacts } from './certificate-facts.ts';
import { judgeCertificate } from './certificate-policy.ts';
import { probePlainProtocol } from './plain-probe.ts';
import type { SessionOptions } from './session-types.ts';
import { dialTls, type TlsChannel } from './tls-channel.ts';
import type { HandshakeFailure } from './tls-failure.ts';

export interface SecureChannelEvents {
  /** TCP stands. */
  securing(): void;
  /** Once: a channel to the router that the profile means, or why there is none. */
  done(result: Result<TlsChannel, FailureCause>): void;
}

/**
 * TCP, TLS and the certificate's judgement: whoever gets the channel may send credentials, and owns its
 * socket. `abandon` calls everything off before `done`, and does nothing after.
 */
export function openSecureChannel(
  { server, port, tls }: SessionOptions,
  addresses: readonly string[],
  log: Logger,
  events: SecureChannelEvents,
): { abandon(): void } {
  const abandoned = new AbortController();
  const { minimumTls, legacyRenegotiation } = tls;
  const dialling = dialTls(
    { server, port, addresses, minimumTls, legacyRenegotiation },
    {
      connected: (address) => {
        log.info(`Connected to ${address} port ${port}`);
        events.securing();
      },
      opened: (channel) => {
        const refused = judge(channel, tls, log);
        if (refused === undefined) {
          events.done(ok(channel));
          return;
        }
        channel.socket.destroy();
        events.done(err(refused));
      },
      failed: (failure, address) => void explain(failure, address),
    },
  );

  /** What answers in plain text is worth a name: a wrong port is a common mistake. */
  async function explain(failure: HandshakeFailure, address: string | undefined): Promise<void> {
    if (!failure.plain || address === undefined) {
      events.done(err(failure.plain ? failure.otherwise : failure.cause));
      return;
    }
    const protocol = await probePlainProtocol(address, port, abandoned.signal);
    if (abandoned.signal.aborted) return;
    const plain: FailureCause | undefined = protocol && {
      kind: 'not-draytek-ssl-vpn',
      evidence: { looksLike: 'no-tls', protocol },
    };
    events.done(err(plain ?? failure.otherwise));
  }

  return {
    abandon: () => {
      abandoned.abort();
      dialling.abandon();
    },
  };
}

function judge(channel: TlsChannel, tls: SessionOptions['tls'], log: Logger): FailureCause | undefined {
  const facts = readCertificate(channel);
  if (facts === undefined) {
    return { kind: 'tls-failed', reason: 'ERR_CERTIFICATE_UNREADABLE', needs: undefined };
  }
  log.info(`${channel.cipher}, certificate ${facts.fingerprint} of ${facts.subject}`);
  const decision = judgeCertificate({ facts, verifyError: channel.verifyError }, tls, Date.now());
  if (!decision.accepted) return decision.cause;
  log.info(`Certificate accepted: ${decision.because}`);
  return undefined;
}

function readCertificate(channel: TlsChannel): CertificateFacts | undefined {
  try {
    return certificateFacts(channel.certificate);
  } catch {
    // A key of a kind that OpenSSL does not know.
    return undefined;
  }
}
