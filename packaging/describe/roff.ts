/**
 * Text for groff's man macros. A hyphen is written so that it stays one when copied, what is not ASCII by its number,
 * so that no locale changes it, and a line never begins with what groff takes for a request.
 */
export function roffText(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/[^\n -~]/gu, (character) => `\\[u${hex(character)}]`)
    .replace(/^[.']/gm, '\\&$&');
}

function hex(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
}

/** One argument of a macro: in quotes, in which a quote is written twice. */
export function roffArgument(text: string): string {
  return `"${roffText(text).replaceAll('"', '""')}"`;
}

export function section(title: string): string {
  return `.SH ${roffArgument(title)}`;
}

export function subsection(title: string): string {
  return `.SS ${roffArgument(title)}`;
}

export function paragraph(text: string): string {
  return `.PP\n${roffText(text)}`;
}

/** A term with its explanation below it. */
export function item(term: string, text: string): string {
  return `.TP\n.B ${roffArgument(term)}\n${roffText(text)}`;
}

/** Lines as they are, indented. */
export function example(lines: readonly string[]): string {
  return [
    '.PP',
    '.RS 4',
    '.nf',
    ...lines.map((line) => (line === '' ? '.sp' : roffText(line))),
    '.fi',
    '.RE',
  ].join('\n');
}
