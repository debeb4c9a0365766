import { useState } from 'react';
import { generateMotpSecret } from '../../shared/otp/motp.ts';
import { useWords } from './app-context.ts';
import { CopyButton } from './copy-button.tsx';
import { useEditor } from './editor-context.ts';
import { Check, Field } from './field.tsx';

/** "mOTP Settings": the built-in generator. A secret is shown until OK, and never again. */
export function MotpSection() {
  const { form, profile, change, error } = useEditor();
  const { text } = useWords();
  const [isGenerated, setIsGenerated] = useState(false);
  if (form.authentication !== 'motp') return undefined;
  const words = text.editor;
  const isKept = profile?.keeps.motpSecret === true;
  const generate = (): void => {
    change({
      motpSecret: generateMotpSecret((length) => crypto.getRandomValues(new Uint8Array(length))),
      forgetMotpSecret: false,
    });
    setIsGenerated(true);
  };
  return (
    <fieldset>
      <legend>{words.motpSettings}</legend>
      <p className="field-hint">{words.motpHint}</p>
      <Field
        label={words.secret}
        value={form.motpSecret}
        isCode
        isDisabled={form.forgetMotpSecret}
        error={error('motpSecret', text.field.motpSecret)}
        hint={isGenerated ? words.generatedHint : isKept ? words.motpKept : undefined}
        onChange={(motpSecret) => {
          setIsGenerated(false);
          change({ motpSecret });
        }}
        after={
          <div className="button-row">
            <button type="button" onClick={generate}>
              {words.generate}
            </button>
            <CopyButton
              label={text.copy}
              of={form.motpSecret}
              content={() => form.motpSecret}
              isDisabled={form.motpSecret === ''}
            />
          </div>
        }
      />
      {isKept ? (
        <Check
          label={words.forgetMotpSecret}
          isChecked={form.forgetMotpSecret}
          onChange={(forgetMotpSecret) => {
            change({ forgetMotpSecret, motpSecret: '' });
          }}
        />
      ) : undefined}
    </fieldset>
  );
}
