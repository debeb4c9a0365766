import { useId, type ChangeEvent, type ReactNode } from 'react';

interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly onBlur?: () => void;
  readonly error?: string | undefined;
  readonly hint?: ReactNode;
  readonly type?: 'text' | 'password';
  readonly inputMode?: 'text' | 'numeric' | 'url';
  readonly autoComplete?: string;
  /** When its dialog opens. */
  readonly getsFocus?: boolean;
  readonly isCode?: boolean;
  readonly isDisabled?: boolean;
  readonly width?: 'full' | 'short';
  readonly after?: ReactNode;
}

/** A line of text with its label, its hint, and what is wrong with it. */
export function Field(props: FieldProps) {
  const { label, value, onChange, error, hint, after, width = 'full' } = props;
  const id = useId();
  return (
    <div className={`field field-${width}`}>
      <label htmlFor={id}>{label}</label>
      <div className="field-line">
        <input
          id={id}
          type={props.type ?? 'text'}
          inputMode={props.inputMode ?? 'text'}
          className={props.isCode === true ? 'code' : undefined}
          value={value}
          disabled={props.isDisabled ?? false}
          autoComplete={props.autoComplete ?? 'off'}
          autoCapitalize="none"
          autoCorrect="off"
          spellCheck={false}
          data-focus={props.getsFocus === true ? '' : undefined}
          aria-invalid={error !== undefined}
          aria-describedby={`${id}-hint ${id}-error`}
          onBlur={props.onBlur}
          onChange={(event: ChangeEvent<HTMLInputElement>) => {
            onChange(event.target.value);
          }}
        />
        {after}
      </div>
      <FieldNotes id={id} hint={hint} error={error} />
    </div>
  );
}

/** The error stands in a region that is there before it: only so is it announced. */
function FieldNotes({
  id,
  hint,
  error,
}: {
  readonly id: string;
  readonly hint: ReactNode;
  readonly error: string | undefined;
}) {
  return (
    <>
      <p className="field-error" id={`${id}-error`} aria-live="polite">
        {error}
      </p>
      {hint === undefined ? undefined : (
        <p className="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </>
  );
}

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: Readonly<Record<T, string>>;
  readonly onChange: (value: T) => void;
  readonly hint?: ReactNode;
}

export function Choice<T extends string>({ label, value, options, onChange, hint }: ChoiceProps<T>) {
  const id = useId();
  const isOption = (candidate: string): candidate is T => Object.hasOwn(options, candidate);
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        value={value}
        aria-describedby={`${id}-hint`}
        onChange={({ target }) => {
          if (isOption(target.value)) onChange(target.value);
        }}
      >
        {Object.entries<string>(options).map(([name, words]) => (
          <option key={name} value={name}>
            {words}
          </option>
        ))}
      </select>
      {hint === undefined ? undefined : (
        <p className="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

interface CheckProps {
  readonly label: string;
  readonly isChecked: boolean;
  readonly onChange: (isChecked: boolean) => void;
  readonly hint?: ReactNode;
  readonly isDisabled?: boolean;
  readonly tone?: 'plain' | 'warning';
}

export function Check({ label, isChecked, onChange, hint, isDisabled, tone = 'plain' }: CheckProps) {
  const id = useId();
  return (
    <div className="check">
      <input
        id={id}
        type="checkbox"
        checked={isChecked}
        disabled={isDisabled ?? false}
        aria-describedby={`${id}-hint`}
        onChange={({ target }) => {
          onChange(target.checked);
        }}
      />
      <label htmlFor={id}>{label}</label>
      {hint === undefined ? undefined : (
        <p className={`field-hint hint-${tone}`} id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}
