import { utf8ToBytes } from '@noble/hashes/utils.js';
import { assertNever } from '../../shared/assert-never.ts';
import { ChapCode, chapMd5Response, decodeChapValue, encodeChapValue } from '../../shared/protocol/chap.ts';
import {
  type ControlPacket,
  decodeControlPacket,
  encodeControlPacket,
} from '../../shared/protocol/control-packet.ts';
import { MAX_CONFIGURE, RESTART_MILLISECONDS } from '../../shared/protocol/control-protocol.ts';
import {
  MS_CHAP_CHALLENGE_LENGTH,
  MS_CHAP_V2_CHALLENGE_LENGTH,
  type Refusal,
  authenticatorResponse,
  encodeMsChapResponse,
  encodeMsChapV2Response,
  msChapNtResponse,
  msChapV2NtResponse,
  parseMsChapFailure,
} from '../../shared/protocol/ms-chap.ts';
import { sameBytes } from '../../shared/protocol/options.ts';
import { PapCode, decodePapMessage, encodePapRequest } from '../../shared/protocol/pap.ts';
import type { PppAuthentication } from '../../shared/protocol/ppp-endpoint.ts';
import { PppProtocol } from '../../shared/protocol/ppp-frame.ts';
import { type ProtocolError, protocolError } from '../../shared/protocol/protocol-error.ts';

export interface SignInOptions {
  readonly userName: string;
  readonly password: string;
  /** Cryptographically random bytes. */
  readonly random: (length: number) => Uint8Array;
}

export interface SignInPorts {
  send(protocol: number, information: Uint8Array): void;
  startTimer(milliseconds: number): void;
  stopTimer(): void;
  succeeded(): void;
  refused(refusal: Refusal, message: string): void;
  /** The router could not prove that it knows the password. */
  mismatch(error: ProtocolError): void;
  noAnswer(): void;
  malformed(error: ProtocolError): void;
}

/** How long a CHAP authenticator may take for its challenge and for its verdict. */
const CHAP_PATIENCE_MILLISECONDS = MAX_CONFIGURE * RESTART_MILLISECONDS;

interface ChapResponse {
  readonly identifier: number;
  readonly challenge: Uint8Array;
  readonly value: Uint8Array;
  /** What must be proved in turn. */
  readonly authenticatorResponse: string | undefined;
}

/** Signs in with the protocol that LCP agreed on, and answers later challenges of CHAP. */
export class PppSignIn {
  readonly #options: SignInOptions;
  readonly #ports: SignInPorts;
  #mode: PppAuthentication | undefined;
  #done = false;
  #papRequest: Uint8Array = new Uint8Array(0);
  #tries = 0;
  /** The Response that waits for its verdict. */
  #response: ChapResponse | undefined;

  constructor(options: SignInOptions, ports: SignInPorts) {
    this.#options = options;
    this.#ports = ports;
  }

  begin(mode: PppAuthentication): void {
    this.#mode = mode;
    this.#done = false;
    this.#response = undefined;
    if (mode !== 'PAP') {
      this.#ports.startTimer(CHAP_PATIENCE_MILLISECONDS);
      return;
    }
    const { userName, password, random } = this.#options;
    this.#papRequest = encodeControlPacket(
      PapCode.request,
      random(1)[0] ?? 0,
      encodePapRequest({ name: utf8ToBytes(userName), password: utf8ToBytes(password) }),
    );
    this.#tries = 0;
    this.#sendPapRequest();
  }

  timeout(): void {
    if (this.#done) return;
    if (this.#mode === 'PAP' && this.#tries < MAX_CONFIGURE) this.#sendPapRequest();
    else this.#ports.noAnswer();
  }

  receive(protocol: number, information: Uint8Array): void {
    // Only what LCP agreed on: whoever asks for PAP in the middle of CHAP does not get the password.
    const expected = this.#mode === 'PAP' ? PppProtocol.pap : PppProtocol.chap;
    if (this.#mode === undefined || protocol !== expected) return;
    const packet = decodeControlPacket(information);
    if (!packet.ok) this.#ports.malformed(packet.error);
    else if (this.#mode === 'PAP') this.#receivePap(packet.value);
    else this.#receiveChap(this.#mode, packet.value);
  }

  #sendPapRequest(): void {
    this.#tries += 1;
    this.#ports.send(PppProtocol.pap, this.#papRequest);
    this.#ports.startTimer(RESTART_MILLISECONDS);
  }

  /** The identifier is not looked at: DrayOS answers the first request with 0. For PAP alone. */
  #receivePap({ code, data }: ControlPacket): void {
    if (this.#done) return;
    if (code === PapCode.ack) this.#succeed();
    else if (code === PapCode.nak) this.#refuse('wrong-credentials', text(decodePapMessage(data)));
  }

  #receiveChap(mode: Exclude<PppAuthentication, 'PAP'>, packet: ControlPacket): void {
    switch (packet.code) {
      case ChapCode.challenge:
        this.#receiveChallenge(mode, packet);
        break;
      case ChapCode.success:
        this.#receiveSuccess(mode, packet);
        break;
      case ChapCode.failure: {
        if (packet.identifier !== this.#response?.identifier) return;
        const said = text(packet.data);
        const { refusal, message } =
          mode === 'CHAP'
            ? { refusal: 'wrong-credentials' as const, message: said }
            : parseMsChapFailure(said);
        this.#refuse(refusal, message);
        break;
      }
      default:
        break;
    }
  }

  #receiveChallenge(mode: Exclude<PppAuthentication, 'PAP'>, { identifier, data }: ControlPacket): void {
    const decoded = decodeChapValue(data);
    if (!decoded.ok) {
      this.#ports.malformed(decoded.error);
      return;
    }
    const challenge = decoded.value.value;
    const before = this.#response;
    // A challenge that is sent once more gets the same Response: the verdict on the first one may be on its way.
    const isRepeated = before?.identifier === identifier && sameBytes(before.challenge, challenge);
    const answer = isRepeated ? before : this.#answerChallenge(mode, identifier, challenge);
    if (answer === undefined) {
      this.#ports.malformed(
        protocolError('control-length', `${mode} challenge of ${challenge.length} bytes.`),
      );
      return;
    }
    this.#response = { ...answer, identifier, challenge: new Uint8Array(challenge) };
    const response = encodeChapValue({ value: answer.value, name: utf8ToBytes(this.#options.userName) });
    this.#ports.send(PppProtocol.chap, encodeControlPacket(ChapCode.response, identifier, response));
    if (!this.#done) this.#ports.startTimer(CHAP_PATIENCE_MILLISECONDS);
  }

  /** Undefined when the challenge has not the length that the algorithm asks for. */
  #answerChallenge(
    mode: Exclude<PppAuthentication, 'PAP'>,
    identifier: number,
    challenge: Uint8Array,
  ): Pick<ChapResponse, 'value' | 'authenticatorResponse'> | undefined {
    const { userName, password, random } = this.#options;
    switch (mode) {
      case 'CHAP': {
        const value = chapMd5Response(identifier, utf8ToBytes(password), challenge);
        return { value, authenticatorResponse: undefined };
      }
      case 'MS-CHAP': {
        if (challenge.length !== MS_CHAP_CHALLENGE_LENGTH) return undefined;
        const value = encodeMsChapResponse(msChapNtResponse(challenge, password));
        return { value, authenticatorResponse: undefined };
      }
      case 'MS-CHAPv2': {
        if (challenge.length !== MS_CHAP_V2_CHALLENGE_LENGTH) return undefined;
        const own = random(MS_CHAP_V2_CHALLENGE_LENGTH);
        const ntResponse = msChapV2NtResponse(challenge, own, userName, password);
        return {
          value: encodeMsChapV2Response(own, ntResponse),
          authenticatorResponse: authenticatorResponse(password, ntResponse, own, challenge, userName),
        };
      }
      default:
        return assertNever(mode);
    }
  }

  #receiveSuccess(mode: PppAuthentication, { identifier, data }: ControlPacket): void {
    if (identifier !== this.#response?.identifier) return;
    const expected = this.#response.authenticatorResponse;
    // RFC 2759 §5: "S=" and 40 digits, then perhaps " M=<message>".
    if (mode === 'MS-CHAPv2' && text(data).slice(0, 42).toUpperCase() !== expected) {
      this.#done = true;
      this.#ports.stopTimer();
      this.#ports.mismatch(
        protocolError('authenticator-mismatch', 'The router accepted the password without knowing it.'),
      );
      return;
    }
    if (!this.#done) this.#succeed();
  }

  #succeed(): void {
    this.#done = true;
    this.#ports.stopTimer();
    this.#ports.succeeded();
  }

  #refuse(refusal: Refusal, message: string): void {
    this.#done = true;
    this.#ports.stopTimer();
    this.#ports.refused(refusal, message);
  }
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
