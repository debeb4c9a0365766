import { useRef, useState } from 'react';
import { assertNever } from '../../shared/assert-never.ts';
import type { Reply } from '../../shared/contract/call-types.ts';
import type { ContractError } from '../../shared/contract/contract-error.ts';
import type { Platform, ProfileView } from '../../shared/contract/snapshot-schema.ts';
import type { SecretProblem } from '../../shared/secret-problem.ts';
import type { Settings } from '../../shared/settings.ts';
import {
  emptyForm,
  fieldAt,
  faultOf,
  profileForm,
  profileOf,
  readForm,
  splitServer,
  type EditorField,
  type EditorForm,
  type EditorOutcome,
  type FieldFaults,
} from '../logic/editor-form.ts';
import type { Editing } from '../state/app-state.ts';
import { errorText } from '../text/error-text.ts';
import { useSurroundings, useWords } from './app-context.ts';
import { AdvancedSection } from './editor-advanced.tsx';
import { EditorContext, type EditorParts } from './editor-context.ts';
import { GeneralSection, IpSection, SignInSection } from './editor-sections.tsx';
import { MotpSection } from './editor-motp.tsx';
import { Modal } from './modal.tsx';

interface EditorProps {
  readonly editing: Editing;
  readonly settings: Settings;
  readonly platform: Platform;
  /** Of a profile that asks something, which it does once this is closed. */
  readonly waiting: string | undefined;
}

const NO_FAULTS: FieldFaults = new Map();

export function ProfileEditor({ editing, settings, platform, waiting }: EditorProps) {
  const { client, store } = useSurroundings();
  const { text, catalogue } = useWords();
  const profile = editing.kind === 'edit' ? editing.profile : undefined;
  const original = editing.kind === 'copy' ? editing.original : undefined;
  const [form, setForm] = useState<EditorForm>(() => firstForm(editing, settings));
  const [before] = useState(form);
  const [isLeaving, setIsLeaving] = useState(false);
  const [touched, setTouched] = useState<ReadonlySet<EditorField>>(new Set());
  const [isChecked, setIsChecked] = useState(false);
  const [isSaving, setIsSaving] = useState(false);
  const [refusal, setRefusal] = useState<ContractError>();
  const place = useRef<HTMLDivElement>(null);

  const read = readForm(form);
  const faults = withRefused(read.ok ? NO_FAULTS : read.error, refusal);
  const parts: EditorParts = {
    form,
    profile,
    trusted: (profile ?? original)?.trustedCertificate,
    platform,
    change: (changes) => {
      setRefusal(undefined);
      setIsLeaving(false);
      setForm((before) => ({ ...before, ...changes }));
      setTouched((before) => new Set([...before, ...Object.keys(changes).filter(isField)]));
    },
    error: (field, words) => {
      const fault = faults.get(field);
      if (fault === undefined || (!isChecked && !touched.has(field))) return undefined;
      return words(fault.what, fault.entry);
    },
    hasFault: (fields) => isChecked && fields.some((field) => faults.has(field)),
  };

  const close = (): void => {
    store.send({ kind: 'edit', editing: undefined });
  };
  /** Esc comes by itself at times: what was changed does not go with it unasked. */
  const leave = (): void => {
    if (isLeaving || !isChanged(before, form)) close();
    else setIsLeaving(true);
  };
  const submit = (): void => {
    if (isSaving) return;
    if (isLeaving) {
      setIsLeaving(false);
      return;
    }
    setIsChecked(true);
    const wanted = readForm({ ...form, ...splitServer(form) });
    if (wanted.ok) {
      void save(wanted.value);
    } else {
      // After the words are in the page.
      requestAnimationFrame(() => {
        const field = place.current?.querySelector<HTMLElement>('[aria-invalid="true"]');
        // What was folded again since the last try cannot be gone to.
        field?.closest('details')?.setAttribute('open', '');
        field?.focus();
      });
    }
  };
  const save = async (outcome: EditorOutcome): Promise<void> => {
    setIsSaving(true);
    const reply = await saveOutcome(outcome);
    setIsSaving(false);
    if (!reply.ok) {
      setRefusal(reply.error);
      return;
    }
    const saved = reply.value;
    store.send({ kind: 'profiles', change: { change: 'saved', profile: saved.profile } });
    store.send({ kind: 'show', view: 'status', profileId: saved.profile.id });
    if (saved.secretsProblem !== undefined) {
      store.send({ kind: 'notice', notice: { kind: 'secrets', problem: saved.secretsProblem } });
    }
    close();
  };
  const saveOutcome = (
    outcome: EditorOutcome,
  ): Promise<Reply<{ profile: ProfileView; secretsProblem?: SecretProblem | undefined }>> =>
    profile === undefined
      ? client.call('addProfile', {
          profile: outcome.profile,
          secrets: outcome.secrets,
          trustOf: outcome.trust === 'keep' ? original?.id : undefined,
        })
      : client.call('saveProfile', { profileId: profile.id, basedOn: profileOf(profile), ...outcome });

  const wrong = isChecked ? faults.size : 0;
  const isSaidAtFields = withRefused(NO_FAULTS, refusal).size > 0;
  return (
    <Modal
      title={text.editor.titles[editing.kind]}
      size="large"
      onCancel={leave}
      onClosed={close}
      onSubmit={submit}
      buttons={
        <>
          <p className="form-state" role="status">
            {isLeaving ? text.editor.discardSure : wrong > 0 ? text.editor.wrongFields(wrong) : ''}
          </p>
          <button type="button" onClick={close}>
            {isLeaving ? text.editor.discard : text.cancel}
          </button>
          <button type="submit" className="primary" disabled={isSaving}>
            {isLeaving ? text.editor.goOn : text.ok}
          </button>
        </>
      }
    >
      <div ref={place}>
        <p className="waiting-note" role="status">
          {waiting === undefined ? '' : text.editor.waiting(waiting)}
        </p>
        {refusal === undefined || isSaidAtFields ? undefined : (
          <p className="form-error" role="alert">
            {errorText(refusal, text, catalogue)}
          </p>
        )}
        <EditorContext value={parts}>
          <GeneralSection />
          <SignInSection />
          <MotpSection />
          <IpSection />
          <AdvancedSection />
        </EditorContext>
      </div>
    </Modal>
  );
}

function firstForm(editing: Editing, settings: Settings): EditorForm {
  switch (editing.kind) {
    case 'new':
      return emptyForm(settings.reconnect);
    case 'copy':
      return { ...profileForm(editing.original), name: editing.name };
    case 'edit':
      return profileForm(editing.profile);
    default:
      return assertNever(editing);
  }
}

function isChanged(before: EditorForm, form: EditorForm): boolean {
  return JSON.stringify(before) !== JSON.stringify(form);
}

/** What the program found wrong stands at its field too. */
function withRefused(faults: FieldFaults, refusal: ContractError | undefined): FieldFaults {
  if (refusal?.code !== 'invalid-request') return faults;
  const all = new Map(faults);
  for (const { path, code } of refusal.issues) {
    const field = path[0] === 'profile' ? fieldAt(path.slice(1)) : undefined;
    if (field !== undefined) all.set(field, { what: faultOf(code), entry: undefined });
  }
  return all;
}

const FIELDS: Readonly<Record<EditorField, true>> = {
  name: true,
  serverType: true,
  server: true,
  port: true,
  authentication: true,
  userName: true,
  password: true,
  forgetPassword: true,
  motpSecret: true,
  forgetMotpSecret: true,
  rememberCredentials: true,
  alwaysPrompt: true,
  ipMode: true,
  address: true,
  netmask: true,
  ipDns: true,
  useDefaultGateway: true,
  routes: true,
  excludedRoutes: true,
  dns: true,
  searchDomains: true,
  mru: true,
  keepAliveSeconds: true,
  reconnect: true,
  blockWhenDown: true,
  verifyServerCertificate: true,
  forgetCertificate: true,
  minimumTls: true,
  legacyRenegotiation: true,
  framesPerRecord: true,
};

function isField(name: string): name is EditorField {
  return Object.hasOwn(FIELDS, name);
}
