import { utf8ToBytes } from '@noble/hashes/utils.js';
import { assertNever } from '../shared/assert-never.ts';
import { ChapCode, chapMd5Response, decodeChapValue, encodeChapValue } from '../shared/protocol/chap.ts';
import {
  type ControlPacket,
  decodeControlPacket,
  encodeControlPacket,
} from '../shared/protocol/control-packet.ts';
import { MAX_CONFIGURE, RESTART_MILLISECONDS } from '../shared/protocol/control-protocol.ts';
import {
  MS_CHAP_CHALLENGE_LENGTH,
  MS_CHAP_V2_CHALLENGE_LENGTH,
  type Refusal,
  authenticatorResponse,
  decodeMsChapResponse,
  formatMsChapFailure,
  msChapNtResponse,
  msChapV2NtResponse,
} from '../shared/protocol/ms-chap.ts';
import { sameBytes } from '../shared/protocol/options.ts';
import { PapCode, decodePapRequest, encodePapMessage } from '../shared/protocol/pap.ts';
import type { PppAuthentication } from '../shared/protocol/ppp-endpoint.ts';
import { PppProtocol } from '../shared/protocol/ppp-frame.ts';
import type { ProtocolError } from '../shared/protocol/protocol-error.ts';

export type Verdict =
  { readonly ok: true } | { readonly ok: false; readonly message: string; readonly refusal?: Refusal };

export interface PppAuthenticatorOptions {
  /** The router's name in a CHAP Challenge. */
  readonly name: string;
  readonly random: (length: number) => Uint8Array;
  /** The first PAP Ack carries identifier 0 whatever the request's was; the client is expected to ask again. */
  readonly firstPapAckIdZero: boolean;
  /** `matches` tells whether a password is the one that the peer knows. */
  readonly authenticate: (userName: string, matches: (password: string) => boolean) => Verdict;
}

export interface PppAuthenticatorPorts {
  send(protocol: number, information: Uint8Array): void;
  startTimer(milliseconds: number): void;
  stopTimer(): void;
  authenticated(userName: string): void;
  /** The network phase may begin. */
  proceed(): void;
  refused(userName: string, reason: string): void;
  noAnswer(): void;
  malformed(error: ProtocolError): void;
}

/** How long a peer may take for its PAP request. */
const PAP_PATIENCE_MILLISECONDS = MAX_CONFIGURE * RESTART_MILLISECONDS;
/** How long we wait for a PAP request to be repeated after an Ack with identifier 0. */
const REPEAT_PATIENCE_MILLISECONDS = 1000;

/** What the peer sent last and how it was answered: a repetition gets the same answer without a new check. */
interface Answered {
  readonly identifier: number;
  readonly code: number;
  readonly data: Uint8Array;
}

/** The router's side of PAP and CHAP. */
export class PppAuthenticator {
  readonly #options: PppAuthenticatorOptions;
  readonly #ports: PppAuthenticatorPorts;
  #mode: PppAuthentication | undefined;
  #challenge: Uint8Array = new Uint8Array(0);
  #challengeIdentifier = 0;
  #tries = 0;
  #answered: Answered | undefined;
  #awaitsRepetition = false;

  constructor(options: PppAuthenticatorOptions, ports: PppAuthenticatorPorts) {
    this.#options = options;
    this.#ports = ports;
  }

  begin(mode: PppAuthentication): void {
    this.#mode = mode;
    this.#answered = undefined;
    this.#awaitsRepetition = false;
    this.#tries = 0;
    if (mode === 'PAP') this.#ports.startTimer(PAP_PATIENCE_MILLISECONDS);
    else this.#sendChallenge(mode);
  }

  timeout(): void {
    if (this.#awaitsRepetition) this.goOn();
    else if (this.#answered !== undefined || this.#mode === undefined) return;
    else if (this.#mode !== 'PAP' && this.#tries < MAX_CONFIGURE) this.#sendChallenge(this.#mode);
    else this.#ports.noAnswer();
  }

  /** Ends the wait for a repeated request, if there is one. True when the network phase has begun by that. */
  goOn(): boolean {
    if (!this.#awaitsRepetition) return false;
    this.#awaitsRepetition = false;
    this.#ports.stopTimer();
    this.#ports.proceed();
    return true;
  }

  receive(protocol: number, information: Uint8Array): void {
    const expected = this.#mode === 'PAP' ? PppProtocol.pap : PppProtocol.chap;
    if (this.#mode === undefined || protocol !== expected) return;
    const packet = decodeControlPacket(information);
    if (!packet.ok) this.#ports.malformed(packet.error);
    else if (this.#mode === 'PAP') this.#receivePap(packet.value);
    else this.#receiveResponse(this.#mode, packet.value);
  }

  #receivePap({ code, identifier, data }: ControlPacket): void {
    if (code !== PapCode.request) return;
    // RFC 1334 §2.2.1: a repeated request gets the reply again; a one-time code is not checked twice.
    if (this.#answered !== undefined) {
      this.#ports.send(
        PppProtocol.pap,
        encodeControlPacket(this.#answered.code, identifier, this.#answered.data),
      );
      this.goOn();
      return;
    }
    const decoded = decodePapRequest(data);
    if (!decoded.ok) {
      this.#ports.malformed(decoded.error);
      return;
    }
    const userName = text(decoded.value.name);
    const sent = decoded.value.password;
    const verdict = this.#options.authenticate(userName, (password) =>
      sameBytes(utf8ToBytes(password), sent),
    );
    const answer = encodePapMessage(utf8ToBytes(verdict.ok ? '' : verdict.message));
    const answerCode = verdict.ok ? PapCode.ack : PapCode.nak;
    this.#answered = { identifier, code: answerCode, data: answer };
    const quirk = verdict.ok && this.#options.firstPapAckIdZero;
    this.#ports.send(PppProtocol.pap, encodeControlPacket(answerCode, quirk ? 0 : identifier, answer));
    this.#conclude(userName, verdict, quirk);
  }

  #conclude(userName: string, verdict: Verdict, awaitRepetition: boolean): void {
    this.#ports.stopTimer();
    if (!verdict.ok) {
      this.#ports.refused(userName, verdict.message);
      return;
    }
    this.#ports.authenticated(userName);
    this.#awaitsRepetition = awaitRepetition;
    if (awaitRepetition) this.#ports.startTimer(REPEAT_PATIENCE_MILLISECONDS);
    else this.#ports.proceed();
  }

  /** RFC 1994 §4.1: each with a new identifier and a new value. */
  #sendChallenge(mode: Exclude<PppAuthentication, 'PAP'>): void {
    const { name, random } = this.#options;
    const length = mode === 'MS-CHAP' ? MS_CHAP_CHALLENGE_LENGTH : MS_CHAP_V2_CHALLENGE_LENGTH;
    this.#tries += 1;
    this.#challengeIdentifier = (this.#challengeIdentifier + 1) & 0xff;
    this.#challenge = random(length);
    const data = encodeChapValue({ value: this.#challenge, name: utf8ToBytes(name) });
    this.#ports.send(
      PppProtocol.chap,
      encodeControlPacket(ChapCode.challenge, this.#challengeIdentifier, data),
    );
    this.#ports.startTimer(RESTART_MILLISECONDS);
  }

  #receiveResponse(mode: Exclude<PppAuthentication, 'PAP'>, { code, identifier, data }: ControlPacket): void {
    if (code !== ChapCode.response || identifier !== this.#challengeIdentifier) return;
    if (this.#answered !== undefined) {
      this.#ports.send(
        PppProtocol.chap,
        encodeControlPacket(this.#answered.code, identifier, this.#answered.data),
      );
      return;
    }
    const decoded = decodeChapValue(data);
    if (!decoded.ok) {
      this.#ports.malformed(decoded.error);
      return;
    }
    const userName = text(decoded.value.name);
    const check = this.#checker(mode, userName, decoded.value.value);
    const verdict = this.#options.authenticate(userName, check.matches);
    const message = utf8ToBytes(verdict.ok ? check.success() : this.#failure(mode, verdict));
    const answerCode = verdict.ok ? ChapCode.success : ChapCode.failure;
    this.#answered = { identifier, code: answerCode, data: message };
    this.#ports.send(PppProtocol.chap, encodeControlPacket(answerCode, identifier, message));
    this.#conclude(userName, verdict, false);
  }

  /** How to compare a password with the response, and what to say when it was the right one. */
  #checker(
    mode: Exclude<PppAuthentication, 'PAP'>,
    userName: string,
    value: Uint8Array,
  ): { readonly matches: (password: string) => boolean; readonly success: () => string } {
    const challenge = this.#challenge;
    const identifier = this.#challengeIdentifier;
    const welcome = (): string => 'Welcome';
    switch (mode) {
      case 'CHAP':
        return {
          matches: (password) =>
            sameBytes(chapMd5Response(identifier, utf8ToBytes(password), challenge), value),
          success: welcome,
        };
      case 'MS-CHAP': {
        const response = decodeMsChapResponse(value);
        return {
          matches: (password) =>
            response !== undefined && sameBytes(msChapNtResponse(challenge, password), response.ntResponse),
          success: welcome,
        };
      }
      case 'MS-CHAPv2': {
        const response = decodeMsChapResponse(value);
        let proof = '';
        return {
          matches: (password) => {
            if (response === undefined) return false;
            const { peerChallenge, ntResponse } = response;
            if (!sameBytes(msChapV2NtResponse(challenge, peerChallenge, userName, password), ntResponse)) {
              return false;
            }
            proof = authenticatorResponse(password, ntResponse, peerChallenge, challenge, userName);
            return true;
          },
          success: () => `${proof} M=Welcome`,
        };
      }
      default:
        return assertNever(mode);
    }
  }

  #failure(
    mode: Exclude<PppAuthentication, 'PAP'>,
    verdict: { readonly message: string; readonly refusal?: Refusal },
  ): string {
    if (mode === 'CHAP') return verdict.message;
    const refusal = verdict.refusal ?? 'wrong-credentials';
    return formatMsChapFailure(refusal, this.#challenge, mode === 'MS-CHAPv2' ? 2 : 1, verdict.message);
  }
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
