/** What the router's web server says, as bytes: HTTP/1.0, one answer per connection. */

export interface HttpAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: { readonly contentType: string; readonly bytes: Uint8Array };
  /** In place of a body: text that goes on until one side ends the connection. */
  readonly stream?: AnswerStream;
}

export interface AnswerStream {
  readonly contentType: string;
  /** Called once, behind the head. Returns what is called once the connection has closed. */
  readonly start: (sink: StreamSink) => () => void;
}

export interface StreamSink {
  /** False = the client reads too slowly: what is written now waits in memory. */
  readonly hasRoom: boolean;
  readonly write: (text: string) => void;
  readonly end: () => void;
}

export interface AnswerOptions {
  /** The Server header's value. */
  readonly server: string;
  /** Unix milliseconds for a Date header; undefined = none. */
  readonly date: number | undefined;
  /** HEAD: headers only. */
  readonly withoutBody?: boolean;
}

const REASONS: ReadonlyMap<number, string> = new Map([
  [200, 'OK'],
  [201, 'Created'],
  [302, 'Found'],
  [303, 'See Other'],
  [400, 'Bad Request'],
  [401, 'Unauthorized'],
  [403, 'Forbidden'],
  [404, 'Not Found'],
  [405, 'Method Not Allowed'],
  [408, 'Request Timeout'],
  [413, 'Payload Too Large'],
  [422, 'Unprocessable Content'],
  [500, 'Internal Server Error'],
  [501, 'Not Implemented'],
  [502, 'Bad Gateway'],
  [503, 'Service Unavailable'],
]);

/** No value may end its line: what follows would be a header of its own, or a body. */
const CONTROL = /\p{Cc}/gu;

export function encodeAnswer(answer: HttpAnswer, options: AnswerOptions): Uint8Array {
  const lines = [
    `HTTP/1.0 ${answer.status} ${REASONS.get(answer.status) ?? 'Unknown'}`,
    `Server: ${options.server}`,
  ];
  if (options.date !== undefined) lines.push(`Date: ${new Date(options.date).toUTCString()}`);
  for (const [name, value] of Object.entries(answer.headers ?? {}))
    lines.push(`${name}: ${value.replace(CONTROL, '?')}`);
  if (answer.stream !== undefined) lines.push(`Content-Type: ${answer.stream.contentType}`);
  if (answer.body !== undefined) {
    lines.push(`Content-Type: ${answer.body.contentType}`, `Content-Length: ${answer.body.bytes.length}`);
  }
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  if (answer.body === undefined || options.withoutBody === true) return head;
  return Buffer.concat([head, answer.body.bytes]);
}

export function htmlAnswer(status: number, html: string): HttpAnswer {
  return { status, body: { contentType: 'text/html; charset=utf-8', bytes: Buffer.from(html, 'utf8') } };
}
