import type { HttpAnswer } from '../http-message.ts';
import {
  type Fault,
  type FaultInForce,
  type FaultInput,
  FAULT_STAGES,
  type FaultStage,
  faultSchema,
} from '../faults.ts';
import type { RouterInside } from '../router-inside.ts';
import { syslogLine } from '../syslog.ts';
import { type FieldErrors, errorSummary, selectField, textField } from './form-fields.ts';
import { type Html, html } from './html.ts';
import type { PageRequest, Route } from './page-request.ts';

const PATH = '/faults';

const LABELS: Readonly<Record<string, string>> = {
  fault: 'Fault',
  sessions: 'Sessions',
  status: 'HTTP status',
  pace: 'Milliseconds per byte',
  after: 'After',
  lift: 'Lift after',
};

const STAGE_LABELS: Readonly<Record<FaultStage, string>> = {
  tcp: 'TCP: the connection is accepted',
  tls: 'TLS: the ClientHello has come',
  connect: 'CONNECT: the request has come',
  lcp: 'LCP: the first packet has come',
  authentication: 'Authentication: the first packet has come',
  ipcp: 'IPCP: the first packet has come',
  connected: 'Connected',
};

const ENDINGS = ['stall', 'drop', 'close', 'half-close'] as const;
const BROKEN = ['garbage', 'oversized', 'truncated'] as const;
const NEGOTIATION = ['refuse', ...ENDINGS, ...BROKEN, 'slow', 'renegotiate'] as const;

/** What faultSchema allows. */
const ACTIONS: Readonly<Record<FaultStage, readonly string[]>> = {
  tcp: ['refuse', ...ENDINGS, 'ssh-banner'],
  tls: ['refuse', ...ENDINGS, ...BROKEN, 'slow', 'plain-http'],
  connect: [...NEGOTIATION, 'http-status'],
  lcp: NEGOTIATION,
  authentication: NEGOTIATION,
  ipcp: NEGOTIATION,
  connected: [...ENDINGS, ...BROKEN, 'slow', 'renegotiate', 'silent', 'expire'],
};

interface FaultForm {
  /** "connect:stall" */
  readonly fault: string;
  readonly sessions: string;
  readonly status: string;
  readonly pace: string;
  readonly after: string;
  readonly lift: string;
}

const EMPTY: FaultForm = {
  fault: 'connected:drop',
  sessions: '1',
  status: '500',
  pace: '100',
  after: '5000',
  lift: '60',
};

/** Below CONNECT a fault strikes these pages' own connections as well: it must end by itself. */
const STRIKES_PAGES: ReadonlySet<string> = new Set(['tcp', 'tls']);

/** Fault injection, for people who test clients. Faults are not stored. */
export function faultRoutes(inside: RouterInside): { readonly routes: readonly Route[]; close(): void } {
  const plan = new TimedFaults(inside);
  return {
    routes: [
      { method: 'GET', path: /^\/faults$/, answer: (request) => show(request, inside, EMPTY, new Map()) },
      { method: 'POST', path: /^\/faults$/, answer: (request) => add(request, inside, plan) },
      { method: 'POST', path: /^\/faults\/lift$/, answer: (request) => lift(request, plan) },
    ],
    close: () => plan.close(),
  };
}

/** All faults of the plan end together, at the time asked for last. */
class TimedFaults {
  readonly #inside: RouterInside;
  #timer: NodeJS.Timeout | undefined;

  constructor(inside: RouterInside) {
    this.#inside = inside;
  }

  /** `seconds` 0 = they stay until they are lifted. */
  async add(fault: Fault, seconds: number): Promise<void> {
    const others = this.#inside.faults().map(withWhatIsLeft);
    this.close();
    if (seconds > 0) this.#timer = setTimeout(() => void this.#lift('lifted by time'), seconds * 1000);
    await this.#inside.setFaults([...others, fault]);
    this.#inside.syslog.write(syslogLine.changed(`Fault set: ${fault.action} at ${fault.stage}`));
  }

  async lift(): Promise<void> {
    this.close();
    await this.#lift('lifted');
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #lift(how: string): Promise<void> {
    try {
      await this.#inside.setFaults([]);
      this.#inside.syslog.write(syslogLine.changed(`Faults ${how}`));
    } catch (error) {
      this.#inside.syslog.write(syslogLine.changed(`Faults could not be lifted: ${String(error)}`));
    }
  }
}

function withWhatIsLeft({ fault, left }: FaultInForce): FaultInput {
  return 'sessions' in fault ? { ...fault, sessions: left } : fault;
}

async function add(request: PageRequest, inside: RouterInside, plan: TimedFaults): Promise<HttpAnswer> {
  const text = (name: string) => (request.form.get(name) ?? '').trim();
  const form: FaultForm = {
    fault: text('fault'),
    sessions: text('sessions'),
    status: text('status'),
    pace: text('pace'),
    after: text('after'),
    lift: text('lift'),
  };
  const errors = new Map<string, string>();
  const seconds = numberOf(form.lift);
  const [stage = '', action = ''] = form.fault.split(':');
  if (seconds === undefined || seconds > 3600) errors.set('lift', 'Enter a number of seconds from 0 to 3600');
  else if (seconds === 0 && STRIKES_PAGES.has(stage)) {
    errors.set(
      'lift',
      'This fault strikes these pages too: give it 1 to 3600 seconds, or it could not be lifted',
    );
  }
  const fault = faultOf(form, stage, action, errors);
  if (errors.size > 0 || fault === undefined || seconds === undefined)
    return show(request, inside, form, errors);
  await plan.add(fault, seconds);
  return request.redirect(PATH, 'The fault is in force, for connections from now on.');
}

async function lift(request: PageRequest, plan: TimedFaults): Promise<HttpAnswer> {
  await plan.lift();
  return request.redirect(PATH, 'All faults are lifted.');
}

function faultOf(
  form: FaultForm,
  stage: string,
  action: string,
  errors: Map<string, string>,
): Fault | undefined {
  const isCounted = !(stage === 'tcp' && action === 'refuse');
  const fault = faultSchema.safeParse({
    stage,
    action,
    ...(isCounted ? { sessions: form.sessions === '' ? 'all' : numberOf(form.sessions) } : {}),
    ...(action === 'http-status' ? { status: numberOf(form.status) } : {}),
    ...(action === 'slow' ? { millisecondsPerByte: numberOf(form.pace) } : {}),
    ...(stage === 'connected' ? { afterMilliseconds: numberOf(form.after) } : {}),
  });
  if (fault.success) return fault.data;
  for (const { path } of fault.error.issues) {
    const [field, words] = fieldWords(String(path[0] ?? 'action'));
    errors.set(field, words);
  }
  return undefined;
}

function numberOf(text: string): number | undefined {
  return /^[0-9]{1,9}$/.test(text) ? Number(text) : undefined;
}

function fieldWords(path: string): [string, string] {
  switch (path) {
    case 'sessions':
      return ['sessions', 'Enter a number from 1 on, or nothing for all'];
    case 'status':
      return ['status', 'Enter a number from 100 to 599'];
    case 'millisecondsPerByte':
      return ['pace', 'Enter a number from 1 to 60000'];
    case 'afterMilliseconds':
      return ['after', 'Enter a number of milliseconds'];
    default:
      return ['fault', 'Choose a stage and an action'];
  }
}

function show(request: PageRequest, inside: RouterInside, form: FaultForm, errors: FieldErrors): HttpAnswer {
  const groups = FAULT_STAGES.map((stage) => ({
    label: STAGE_LABELS[stage],
    choices: ACTIONS[stage].map((action) => ({ value: `${stage}:${action}`, label: `${stage} · ${action}` })),
  }));
  const content = html`<p class="lead">
      What the router does wrong on purpose, for people who test clients. The first fault that is not yet
      spent is shown to each new session. Faults end with the router: they are not stored.
    </p>
    ${inForcePart(request, inside.faults())} ${errorSummary(errors, LABELS)}
    <form method="post" action="/faults" class="form">
      ${request.formToken}
      <section>
        <h2>Add a fault</h2>
        ${selectField({ name: 'fault', label: 'Fault', value: form.fault, groups, error: errors.get('fault'), hint: 'It stands in place of the router’s answer at that stage.' })}
        ${textField({ name: 'sessions', label: 'Sessions', value: form.sessions, inputMode: 'numeric', maxLength: 9, error: errors.get('sessions'), hint: 'How many it strikes; empty = all' })}
        ${textField({ name: 'lift', label: 'Lift after', value: form.lift, inputMode: 'numeric', maxLength: 9, error: errors.get('lift'), hint: 'Then all faults are lifted; 0 = not by itself', after: html`<span class="unit">second(s)</span>` })}
        ${textField({ name: 'after', label: 'After', value: form.after, inputMode: 'numeric', maxLength: 9, error: errors.get('after'), hint: 'Faults of “connected”: how long the tunnel has been up', after: html`<span class="unit">ms</span>` })}
        ${textField({ name: 'status', label: 'HTTP status', value: form.status, inputMode: 'numeric', maxLength: 9, error: errors.get('status'), hint: 'Of “http-status”' })}
        ${textField({ name: 'pace', label: 'Milliseconds per byte', value: form.pace, inputMode: 'numeric', maxLength: 9, error: errors.get('pace'), hint: 'Of “slow”' })}
      </section>
      <div class="buttons"><button class="main">Add</button></div>
    </form>`;
  return request.page({
    title: 'Fault Injection',
    path: PATH,
    status: errors.size === 0 ? 200 : 422,
    content,
  });
}

function inForcePart(request: PageRequest, faults: readonly FaultInForce[]): Html {
  if (faults.length === 0) return html`<p class="empty">No fault is in force.</p>`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Faults in force">
      <table>
        <thead>
          <tr>
            <th scope="col">Stage</th>
            <th scope="col">Action</th>
            <th scope="col">Sessions left</th>
            <th scope="col">Details</th>
          </tr>
        </thead>
        <tbody>
          ${faults.map(
            ({ fault, left }) =>
              html`<tr>
                <td>${fault.stage}</td>
                <td>${fault.action}</td>
                <td>${left}</td>
                <td>${detailsOf(fault)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    <form method="post" action="/faults/lift" class="buttons">
      ${request.formToken}<button>Lift all faults</button>
    </form>`;
}

function detailsOf(fault: Fault): string {
  const details: string[] = [];
  if ('status' in fault) details.push(`status ${fault.status}`);
  if ('millisecondsPerByte' in fault) details.push(`${fault.millisecondsPerByte} ms per byte`);
  if ('afterMilliseconds' in fault) details.push(`after ${fault.afterMilliseconds} ms`);
  return details.join(', ');
}
