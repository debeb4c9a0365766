import { type HttpRequestHead, RequestHeadParser } from '../shared/protocol/http-connect.ts';
import type { GateDecision } from './connect-gate.ts';
import { performEnding } from './fault-actions.ts';
import type { ConnectFault } from './faults.ts';
import { type AnswerStream, type HttpAnswer, encodeAnswer } from './http-message.ts';
import type { WebPages } from './web-pages.ts';
import { type Wire, discardInput, endGently, renegotiate } from './wire.ts';

export interface HttpFrontOptions {
  readonly server: string;
  readonly sendsDate: boolean;
  readonly clock: () => number;
  readonly random: (length: number) => Uint8Array;
  readonly pages: WebPages;
  readonly deadlineSeconds: number;
  readonly decideConnect: (head: HttpRequestHead, wire: Wire) => GateDecision;
  /** The 200 has been written: frames from here on. `rest` are those that came with the request. */
  readonly tunnel: (wire: Wire, userName: string | undefined, rest: Uint8Array) => void;
}

const MAXIMUM_BODY = 64 * 1024;

/** Reads one request and answers it, or hands the connection over to the tunnel. */
export function serveHttp(wire: Wire, options: HttpFrontOptions): void {
  new HttpExchange(wire, options).begin();
}

class HttpExchange {
  readonly #wire: Wire;
  readonly #options: HttpFrontOptions;
  readonly #parser = new RequestHeadParser();
  #deadline: NodeJS.Timeout | undefined;

  constructor(wire: Wire, options: HttpFrontOptions) {
    this.#wire = wire;
    this.#options = options;
  }

  begin(): void {
    const { stream } = this.#wire;
    this.#deadline = setTimeout(() => stream.destroy(), this.#options.deadlineSeconds * 1000);
    stream.on('data', this.#onData);
    stream.once('end', this.#onEnd);
    stream.once('close', this.#onClose);
  }

  readonly #onEnd = () => endGently(this.#wire.stream);
  readonly #onClose = () => clearTimeout(this.#deadline);
  readonly #onData = (chunk: Uint8Array) => {
    const progress = this.#parser.push(chunk);
    if (!progress.ok) return this.#answer({ status: 400 });
    if (!progress.value.done) return undefined;
    this.#wire.stream.removeListener('data', this.#onData);
    return this.#request(progress.value.head, progress.value.rest);
  };

  #request(head: HttpRequestHead, rest: Uint8Array): void {
    switch (head.method) {
      case 'CONNECT':
        return this.#connect(head, rest);
      case 'GET':
      case 'HEAD':
        return this.#page(head.method, head, new Uint8Array(0));
      case 'POST':
        return this.#post(head, rest);
      default:
        return this.#answer({ status: 501 });
    }
  }

  #connect(head: HttpRequestHead, rest: Uint8Array): void {
    const { faults } = this.#wire;
    if (faults?.armed.fault.stage === 'connect' && faults.armed.strike()) {
      if (!this.#fault(faults.armed.fault)) return;
    }
    const decision = this.#options.decideConnect(head, this.#wire);
    if (decision.kind === 'answer') return this.#answer(decision.answer);
    this.#letGo();
    this.#wire.stream.write(this.#encode({ status: 200 }));
    this.#options.tunnel(this.#wire, decision.userName, rest);
  }

  /** True = go on as usual. */
  #fault(fault: ConnectFault): boolean {
    const { faults, stream } = this.#wire;
    if (faults === undefined) return true;
    switch (fault.action) {
      case 'slow':
        faults.stream.slow(fault.millisecondsPerByte);
        return true;
      case 'renegotiate':
        renegotiate(this.#wire);
        return true;
      case 'refuse':
        this.#answer({ status: 403 });
        return false;
      case 'http-status':
        this.#answer({ status: fault.status });
        return false;
      default:
        this.#letGo();
        performEnding(fault.action, 'http', stream, faults.raw, this.#options.random);
        return false;
    }
  }

  #post(head: HttpRequestHead, rest: Uint8Array): void {
    const length = Number(head.headers.get('content-length') ?? '0');
    if (!Number.isInteger(length) || length < 0) return this.#answer({ status: 400 });
    if (length > MAXIMUM_BODY) return this.#answer({ status: 413 });
    const body = Buffer.alloc(length);
    let filled = 0;
    const take = (chunk: Uint8Array) => {
      const part = chunk.subarray(0, length - filled);
      body.set(part, filled);
      filled += part.length;
      if (filled < length) return;
      this.#wire.stream.removeListener('data', take);
      this.#page('POST', head, body);
    };
    this.#wire.stream.on('data', take);
    take(rest);
  }

  #page(method: 'GET' | 'HEAD' | 'POST', head: HttpRequestHead, body: Uint8Array): void {
    const url = URL.parse(head.target, 'https://router.invalid');
    const path = url === null ? undefined : decodePath(url.pathname);
    if (url === null || path === undefined) return this.#answer({ status: 400 });
    // The request is whole: a client that says nothing more is waiting for its answer.
    this.#wire.stream.removeListener('end', this.#onEnd);
    const { remoteAddress } = this.#wire;
    const request = { method, path, query: url.searchParams, headers: head.headers, body, remoteAddress };
    const missing: HttpAnswer = { status: method === 'POST' ? 501 : 404 };
    Promise.resolve(this.#options.pages.answer(request)).then(
      (answer) => this.#answer(answer ?? missing, method === 'HEAD'),
      () => this.#answer({ status: 500 }),
    );
  }

  #answer(answer: HttpAnswer, withoutBody = false): void {
    if (this.#wire.stream.destroyed) return;
    this.#letGo();
    this.#wire.stream.write(this.#encode(answer, withoutBody));
    if (answer.stream === undefined || withoutBody) endGently(this.#wire.stream);
    else this.#stream(answer.stream);
  }

  #stream(answer: AnswerStream): void {
    const { stream } = this.#wire;
    discardInput(stream);
    // nothing is sent to a client that has left
    stream.once('end', () => stream.destroy());
    const closed = answer.start({
      get hasRoom() {
        return !stream.writableNeedDrain;
      },
      write: (text) => {
        if (stream.writable) stream.write(text);
      },
      end: () => endGently(stream),
    });
    stream.once('close', closed);
  }

  #encode(answer: HttpAnswer, withoutBody = false): Uint8Array {
    const { server, sendsDate, clock } = this.#options;
    return encodeAnswer(answer, { server, date: sendsDate ? clock() : undefined, withoutBody });
  }

  /** The connection is not ours any more. */
  #letGo(): void {
    clearTimeout(this.#deadline);
    this.#wire.stream.removeListener('data', this.#onData);
    this.#wire.stream.removeListener('end', this.#onEnd);
    this.#wire.stream.removeListener('close', this.#onClose);
  }
}

function decodePath(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
