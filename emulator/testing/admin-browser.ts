import { connectTls } from './raw-client.ts';

export interface PageAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
}

/** A browser without scripts, by raw requests: it keeps its cookie and finds forms' tokens in pages. */
export class AdminBrowser {
  readonly #port: number;
  cookie = '';

  constructor(port: number) {
    this.#port = port;
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<PageAnswer> {
    return this.#ask('GET', path, headers, '');
  }

  /** As it is: without a token of its own. */
  post(
    path: string,
    fields: readonly (readonly [string, string])[],
    headers: Readonly<Record<string, string>> = {},
  ): Promise<PageAnswer> {
    const form = new URLSearchParams();
    for (const [name, value] of fields) form.append(name, value);
    const body = form.toString();
    return this.#ask('POST', path, headers, body);
  }

  /** Fills in the page's form: its token is taken from there. */
  async submit(page: string, path: string, fields: Readonly<Record<string, string>>): Promise<PageAnswer> {
    const token = formToken((await this.get(page)).text);
    return this.post(path, [['token', token], ...Object.entries(fields)]);
  }

  login(password: string, userName = 'admin'): Promise<PageAnswer> {
    return this.submit('/login', '/login', { userName, password });
  }

  async #ask(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    body: string,
  ): Promise<PageAnswer> {
    const connection = await connectTls(this.#port);
    const lines = [`${method} ${path} HTTP/1.0`, `Host: 127.0.0.1:${this.#port}`];
    if (this.cookie !== '') lines.push(`Cookie: ${this.cookie}`);
    for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
    if (method === 'POST') lines.push(`Content-Length: ${Buffer.byteLength(body)}`);
    connection.send(Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`));
    const answer = parseAnswer((await connection.readAll()).toString('utf8'));
    const set = answer.headers.get('set-cookie');
    if (set !== undefined) this.cookie = set.split(';')[0] ?? '';
    return answer;
  }
}

export function formToken(text: string): string {
  const token = /name="token"\s+value="([^"]*)"/.exec(text)?.[1];
  if (token === undefined) throw new Error('no form on this page');
  return token;
}

function parseAnswer(text: string): PageAnswer {
  const end = text.indexOf('\r\n\r\n');
  const [start = '', ...lines] = text.slice(0, end).split('\r\n');
  const headers = new Map(
    lines.map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  return { status: Number(start.split(' ')[1]), headers, text: text.slice(end + 4) };
}
