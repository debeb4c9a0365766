import { useState } from 'react';
import { assertNever } from '../../shared/assert-never.ts';
import type { Prompt } from '../../shared/connection.ts';
import type { ProfileView } from '../../shared/contract/snapshot-schema.ts';
import { failureText } from '../../shared/failure-text.ts';
import { userNameSchema } from '../../shared/profile.ts';
import { promptText } from '../../shared/stage-text.ts';
import { motpCodeEntry, motpPinEntry, type CodeEntry } from '../logic/code-entry.ts';
import type { WindowText } from '../text/en.ts';
import { useSurroundings, useWords } from './app-context.ts';
import { BlockedNote, CancelWord } from './blocked-note.tsx';
import { Field } from './field.tsx';
import { Modal } from './modal.tsx';
import { useAnswer } from './use-answer.ts';

type CredentialsPrompt = Extract<Prompt, { kind: 'credentials' }>;

interface CredentialsProps {
  readonly profile: ProfileView;
  readonly prompt: CredentialsPrompt;
}

export function CredentialsDialog({ profile, prompt }: CredentialsProps) {
  const { client, actions } = useSurroundings();
  const { text, catalogue } = useWords();
  const words = promptText(prompt, 0, catalogue);
  const [userName, setUserName] = useState(prompt.userName);
  const [typed, setTyped] = useState('');
  const [isChecked, setIsChecked] = useState(false);
  const { isSending, problem, send } = useAnswer();
  const entry = readEntry(prompt.asks, typed);
  const userNameFault = userNameWords(userName, isChecked, text);
  const secretFault = entryFault(prompt.asks, entry, isChecked, text);

  const cancel = (): void => {
    void client.call('dismissPrompt', { profileId: profile.id }).then((reply) => {
      // A prompt that can no longer be dismissed ends with its connection.
      if (!reply.ok) actions.disconnect(profile.id);
    });
  };
  const submit = (): void => {
    setIsChecked(true);
    if (isSending || !entry.isComplete || userNameWords(userName, true, text) !== undefined) return;
    send(client.call('submitCredentials', { profileId: profile.id, userName, secret: entry.text }));
    // A code is used once: it does not stay in the box.
    if (prompt.asks !== 'password') {
      setTyped('');
      setIsChecked(false);
    }
  };
  const isHexCode = prompt.asks === 'motp-code';
  return (
    <Modal
      title={profile.name}
      onCancel={cancel}
      onSubmit={submit}
      buttons={
        <>
          <button type="button" onClick={cancel}>
            <CancelWord />
          </button>
          <button type="submit" className="primary" disabled={isSending}>
            {isSending ? text.prompt.sending : text.prompt.connect}
          </button>
        </>
      }
    >
      <BlockedNote />
      <p className="prompt-title">{words.title}</p>
      <Because prompt={prompt} />
      {problem === undefined ? undefined : (
        <p className="form-error" role="alert">
          {problem}
        </p>
      )}
      <Field
        label={text.prompt.userName}
        value={userName}
        onChange={setUserName}
        error={userNameFault}
        autoComplete="username"
        getsFocus={prompt.userName === ''}
      />
      <Field
        label={words.label ?? text.editor.password}
        value={isSending ? '' : typed}
        onChange={(value) => {
          setTyped(readEntry(prompt.asks, value).text);
        }}
        type={isHexCode ? 'text' : 'password'}
        inputMode={prompt.asks === 'motp-pin' ? 'numeric' : 'text'}
        isCode={prompt.asks !== 'password'}
        getsFocus={prompt.userName !== ''}
        error={secretFault}
        hint={words.explanation}
      />
    </Modal>
  );
}

/** Why it is asked again, when it is. */
function Because({ prompt }: { readonly prompt: CredentialsPrompt }) {
  const { catalogue } = useWords();
  if (prompt.because === undefined) return undefined;
  const { title, sentence, nextStep } = failureText(prompt.because, catalogue);
  return (
    <div className="form-error" role="alert">
      <p>
        <strong>{title}.</strong> {sentence}
      </p>
      <p>{nextStep}</p>
    </div>
  );
}

function readEntry(asks: CredentialsPrompt['asks'], typed: string): CodeEntry {
  switch (asks) {
    case 'password':
      return { text: typed, problem: 'none', isComplete: typed !== '' };
    case 'motp-code':
      return motpCodeEntry(typed);
    case 'motp-pin':
      return motpPinEntry(typed);
    default:
      return assertNever(asks);
  }
}

/** What is wrong is said while it is typed; what is missing, after the first try. */
function entryFault(
  asks: CredentialsPrompt['asks'],
  entry: CodeEntry,
  isChecked: boolean,
  { prompt }: WindowText,
): string | undefined {
  if (entry.problem === 'wrong-characters') return asks === 'motp-pin' ? prompt.pinWrong : prompt.motpWrong;
  if (entry.problem === 'too-long') return asks === 'motp-pin' ? prompt.pinShort : prompt.motpLong;
  if (entry.isComplete || !isChecked) return undefined;
  switch (asks) {
    case 'password':
      return prompt.noPassword;
    case 'motp-code':
      return prompt.motpShort(6 - entry.text.length);
    case 'motp-pin':
      return prompt.pinShort;
    default:
      return assertNever(asks);
  }
}

function userNameWords(userName: string, isChecked: boolean, text: WindowText): string | undefined {
  if (userName === '') return isChecked ? text.prompt.noUserName : undefined;
  const parsed = userNameSchema.safeParse(userName);
  if (parsed.success) return undefined;
  return text.field.userName(parsed.error.issues[0]?.code === 'too_big' ? 'high' : 'form', undefined);
}
