import { type Html, type HtmlPart, html } from './html.ts';

/** Sentences by the name of the field that they are about. */
export type FieldErrors = ReadonlyMap<string, string>;

export interface FieldLook {
  readonly name: string;
  readonly label: string;
  readonly error?: string | undefined;
  readonly hint?: HtmlPart;
}

export interface TextLook extends FieldLook {
  readonly value: string;
  readonly type?: 'text' | 'password' | 'number';
  readonly min?: number;
  readonly max?: number;
  readonly maxLength?: number;
  readonly autocomplete?: string;
  readonly inputMode?: 'numeric';
  readonly placeholder?: string;
  /** A monospaced text, as secrets and addresses are. */
  readonly isCode?: boolean;
  /** When the page opens. */
  readonly getsFocus?: boolean;
  readonly after?: Html;
}

function idOf(name: string): string {
  return `field-${name.replaceAll(/[^a-zA-Z0-9]/g, '-')}`;
}

function describedBy({ name, error, hint }: FieldLook): Html {
  const ids = [error !== undefined && `${idOf(name)}-error`, hint !== undefined && `${idOf(name)}-hint`];
  const present = ids.filter((id) => id !== false).join(' ');
  const invalid = error === undefined ? html`` : html` aria-invalid="true"`;
  return present === '' ? invalid : html`${invalid} aria-describedby="${present}"`;
}

function notes({ name, error, hint }: FieldLook): Html {
  return html`${error !== undefined && html`<p class="error" id="${idOf(name)}-error">${error}</p>`}${
    hint !== undefined && html`<p class="hint" id="${idOf(name)}-hint">${hint}</p>`
  }`;
}

function attribute(name: string, value: string | number | undefined): Html {
  return value === undefined ? html`` : html` ${name}="${value}"`;
}

/** A label, one line of text, and what is wrong with it. */
export function textField(look: TextLook): Html {
  const id = idOf(look.name);
  const attributes = [
    attribute('min', look.min),
    attribute('max', look.max),
    attribute('maxlength', look.maxLength),
    attribute('autocomplete', look.autocomplete ?? 'off'),
    attribute('inputmode', look.inputMode),
    attribute('placeholder', look.placeholder),
    look.getsFocus === true && html` autofocus`,
    look.isCode === true && html` class="code" spellcheck="false" autocapitalize="none"`,
  ];
  return html`<div class="field">
    <label for="${id}">${look.label}</label>
    <div class="control">
      <div class="with">
        <input
          id="${id}"
          name="${look.name}"
          type="${look.type ?? 'text'}"
          value="${look.value}"
          ${attributes}${describedBy(look)}
        />${look.after}
      </div>
      ${notes(look)}
    </div>
  </div>`;
}

export function areaField(look: FieldLook & { readonly value: string; readonly placeholder?: string }): Html {
  const id = idOf(look.name);
  return html`<div class="field">
    <label for="${id}">${look.label}</label>
    <div class="control">
      <textarea
        id="${id}"
        name="${look.name}"
        rows="6"
        class="code"
        spellcheck="false"
        autocomplete="off"
        ${attribute('placeholder', look.placeholder)}${describedBy(look)}
      >
${look.value}</textarea
      >${notes(look)}
    </div>
  </div>`;
}

export interface Choice {
  readonly value: string;
  readonly label: string;
}

export function selectField(
  look: FieldLook & {
    readonly value: string;
    readonly groups: readonly { label?: string; choices: readonly Choice[] }[];
  },
): Html {
  const id = idOf(look.name);
  const option = ({ value, label }: Choice) =>
    html`<option value="${value}" ${value === look.value && html` selected`}>${label}</option>`;
  const groups = look.groups.map(({ label, choices }) =>
    label === undefined
      ? choices.map(option)
      : html`<optgroup label="${label}">${choices.map(option)}</optgroup>`,
  );
  return html`<div class="field">
    <label for="${id}">${look.label}</label>
    <div class="control">
      <select id="${id}" name="${look.name}" ${describedBy(look)}>
        ${groups}</select
      >${notes(look)}
    </div>
  </div>`;
}

/** One box with its words behind it. */
export function checkBox(look: {
  readonly name: string;
  readonly value?: string;
  readonly label: HtmlPart;
  readonly checked: boolean;
}): Html {
  return html`<label class="check"
    ><input
      type="checkbox"
      name="${look.name}"
      value="${look.value ?? 'on'}"
      ${look.checked && html` checked`}
    />
    <span>${look.label}</span></label
  >`;
}

/** Boxes under one heading. */
export function checkField(look: FieldLook & { readonly boxes: readonly Html[] }): Html {
  return html`<fieldset class="field" id="${idOf(look.name)}" tabindex="-1" ${describedBy(look)}>
    <legend>${look.label}</legend>
    <div class="control">${look.boxes}${notes(look)}</div>
  </fieldset>`;
}

/** Something to read among things to fill in. */
export function shownField(label: string, value: HtmlPart, hint?: HtmlPart): Html {
  return html`<div class="field">
    <span class="label">${label}</span>
    <div class="control">
      <p class="shown">${value}</p>
      ${hint !== undefined && html`<p class="hint">${hint}</p>`}
    </div>
  </div>`;
}

/** On top of a form that was not taken: what is wrong in the order of `labels`, with a way to each place. */
export function errorSummary(
  errors: FieldErrors,
  labels: Readonly<Record<string, string>>,
): Html | undefined {
  if (errors.size === 0) return undefined;
  const order = Object.keys(labels);
  const inOrder = [...errors].sort(([one], [other]) => order.indexOf(one) - order.indexOf(other));
  const items = inOrder.map(([name, error]) => {
    const label = labels[name];
    return label === undefined
      ? html`<li>${error}</li>`
      : html`<li><a href="#${idOf(name)}">${label}</a>: ${error}</li>`;
  });
  return html`<div class="message wrong" role="alert">
    <strong>Nothing was saved.</strong>
    <ul>
      ${items}
    </ul>
  </div>`;
}
