/** What the router's web server says, as bytes: HTTP/1.0, one answer per connection. */

export interface HttpAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: { readonly contentType: string; readonly bytes: Uint8Array };
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
  [400, 'Bad Request'],
  [401, 'Unauthorized'],
  [403, 'Forbidden'],
  [404, 'Not Found'],
  [408, 'Request Timeout'],
  [413, 'Payload Too Large'],
  [500, 'Internal Server Error'],
  [501, 'Not Implemented'],
  [502, 'Bad Gateway'],
  [503, 'Service Unavailable'],
]);

export function encodeAnswer(answer: HttpAnswer, options: AnswerOptions): Uint8Array {
  const lines = [
    `HTTP/1.0 ${answer.status} ${REASONS.get(answer.status) ?? 'Unknown'}`,
    `Server: ${options.server}`,
  ];
  if (options.date !== undefined) lines.push(`Date: ${new Date(options.date).toUTCString()}`);
  for (const [name, value] of Object.entries(answer.headers ?? {})) lines.push(`${name}: ${value}`);
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
