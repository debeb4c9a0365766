import { type HttpAnswer, htmlAnswer } from './http-message.ts';

/** A request for a page of the router's web interface. */
export interface WebRequest {
  readonly method: 'GET' | 'HEAD' | 'POST';
  /** Percent-decoded, for example `/index.html`. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** Of POST, at most 64 KiB; else empty. */
  readonly body: Uint8Array;
  readonly remoteAddress: string;
}

/** The pages that the router shows on its SSL port. */
export interface WebPages {
  /** Undefined = not one of ours: the router answers 404, or 501 to a POST. */
  answer(request: WebRequest): HttpAnswer | undefined | Promise<HttpAnswer | undefined>;
  /** The router closes: streams end, timers stop. */
  close?(): void;
}

/** Until there is a web interface: a front page, and nothing that takes a POST. */
export const frontPageOnly: WebPages = {
  answer(request) {
    if (request.method === 'POST' || request.path !== '/') return undefined;
    return htmlAnswer(
      200,
      '<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8"><title>Vigor Router</title></head>\n' +
        '<body><h1>Vigor Router</h1><p>SSL VPN</p></body>\n</html>\n',
    );
  },
};
