import { useState } from 'react';
import type { Prompt } from '../../shared/connection.ts';
import type { ProfileView } from '../../shared/contract/snapshot-schema.ts';
import { promptText } from '../../shared/stage-text.ts';
import { totpCodeEntry, type CodeEntry } from '../logic/code-entry.ts';
import type { WindowText } from '../text/en.ts';
import { useNow, useSurroundings, useWords } from './app-context.ts';
import { BlockedNote, CancelWord } from './blocked-note.tsx';
import { Field } from './field.tsx';
import { Modal } from './modal.tsx';
import { useAnswer } from './use-answer.ts';

interface SecondStepProps {
  readonly profile: ProfileView;
  readonly prompt: Extract<Prompt, { kind: 'second-step' }>;
}

export function SecondStepDialog({ profile, prompt }: SecondStepProps) {
  const { client, actions } = useSurroundings();
  const { text, catalogue } = useWords();
  const now = useNow(() => true);
  const [typed, setTyped] = useState('');
  const [isChecked, setIsChecked] = useState(false);
  const { isSending, problem, send } = useAnswer();
  const entry = totpCodeEntry(typed);
  const words = promptText(prompt, now, catalogue);
  const cancel = (): void => {
    actions.disconnect(profile.id);
  };
  const submit = (): void => {
    setIsChecked(true);
    if (isSending || !entry.isComplete) return;
    send(client.call('submitSecondStep', { profileId: profile.id, code: entry.text }));
    setTyped('');
    setIsChecked(false);
  };
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
            {isSending ? text.prompt.sending : text.prompt.submit}
          </button>
        </>
      }
    >
      <BlockedNote />
      <p
        className={prompt.refused ? 'form-error' : 'prompt-title'}
        role={prompt.refused ? 'alert' : undefined}
      >
        {words.title}
      </p>
      {problem === undefined ? undefined : (
        <p className="form-error" role="alert">
          {problem}
        </p>
      )}
      <Field
        label={words.label ?? ''}
        value={typed}
        onChange={(value) => {
          setTyped(totpCodeEntry(value).text);
        }}
        inputMode="numeric"
        autoComplete="one-time-code"
        isCode
        getsFocus
        error={fault(entry, isChecked, text)}
        hint={
          <span role="timer" aria-live="off">
            {words.explanation}
          </span>
        }
      />
    </Modal>
  );
}

function fault(entry: CodeEntry, isChecked: boolean, { prompt }: WindowText): string | undefined {
  if (entry.problem === 'wrong-characters') return prompt.totpWrong;
  if (entry.problem === 'too-long') return prompt.totpLong;
  return entry.isComplete || !isChecked ? undefined : prompt.totpLong;
}
