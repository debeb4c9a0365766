/** HTML whose texts are escaped: made by `html` alone. */
export class Html {
  readonly text: string;

  /** @internal Use `html`. */
  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in a template. `undefined` and `false` are nothing, so that a part can be left out. */
export type HtmlPart = string | number | Html | undefined | false | readonly HtmlPart[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/** Escapes whatever is put in, for text and for quoted attributes; other `Html` stays as it is. */
export function html(strings: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html {
  let text = strings[0] ?? '';
  for (const [place, part] of parts.entries()) text += written(part) + (strings[place + 1] ?? '');
  return new Html(text);
}

function written(part: HtmlPart): string {
  if (part === undefined || part === false) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map(written).join('');
  return escapeHtml(String(part));
}
