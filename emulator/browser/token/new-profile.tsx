import { type FormEvent, useEffect, useState } from 'react';
import { bytesToHex } from '@noble/hashes/utils.js';
import { generateMotpSecret, motpSecretSchema } from '../../../shared/otp/motp.ts';
import { parseMotpUri } from '../../../shared/otp/motp-uri.ts';
import { CopyButton } from './copy-button.tsx';
import { groupedSecret } from './grouped-secret.ts';
import type { MotionEntropy } from './motion-entropy.ts';
import { PinPad } from './pin-pad.tsx';
import { sealSecret } from './sealed-secret.ts';
import { ShakePanel } from './shake-panel.tsx';
import { systemRandom } from './system-random.ts';
import { PIN_TYPES, type TokenProfile } from './token-profile.ts';

type Way = 'initialise' | 'direct';

interface NewProfileProps {
  readonly onMade: (profile: TokenProfile) => Promise<void>;
  /** Somebody has gone elsewhere, and there may be a secret that is not saved. */
  readonly isLeft: boolean;
  readonly onUnsaved: (isUnsaved: boolean) => void;
  readonly onStay: () => void;
}

/** Name, PIN type and secret: "Initialise Secret" or "Direct". */
export function NewProfile({ onMade, isLeft, onUnsaved, onStay }: NewProfileProps) {
  const [name, setName] = useState('');
  const [pinDigits, setPinDigits] = useState(4);
  const [way, setWay] = useState<Way>('initialise');
  const [secrets, setSecrets] = useState<Readonly<Record<Way, string>>>({ initialise: '', direct: '' });
  const [isSealed, setSealed] = useState(false);
  const [pin, setPin] = useState<'not-yet' | 'asked'>('not-yet');
  const [errors, setErrors] = useState<ReadonlyMap<string, string>>(new Map());
  /** What is typed anew is not known to be wrong. */
  const forget = (field: string) => setErrors(new Map([...errors].filter(([name]) => name !== field)));
  /** Each way has its own: who looks at the other one finds both as they were. */
  const secret = secrets[way];
  const takeSecret = (text: string) => {
    setSecrets({ ...secrets, [way]: text });
    forget('secret');
  };
  const isUnsaved = secrets.initialise !== '' || secrets.direct !== '';
  useEffect(() => onUnsaved(isUnsaved), [isUnsaved, onUnsaved]);
  useClosingAsks(isUnsaved);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const found = faults(name, secret, way);
    setErrors(found);
    if (found.size > 0) return;
    if (isSealed) setPin('asked');
    else void make(undefined);
  };
  const make = async (typedPin: string | undefined) => {
    const digits = motpSecretSchema.parse(secretOf(secret));
    const stored =
      typedPin === undefined
        ? ({ kind: 'plain', digits } as const)
        : await sealSecret(digits, typedPin, systemRandom);
    try {
      await onMade({ id: crypto.randomUUID(), name: name.trim(), pinDigits, secret: stored });
    } catch {
      setPin('not-yet');
      setErrors(new Map([['store', 'This device could not store it: nothing was saved. Is it full?']]));
    }
  };
  if (isLeft) return <Unsaved name={name} onStay={onStay} onDiscard={() => onUnsaved(false)} />;
  if (pin === 'asked') {
    return (
      <main>
        <nav className="bar">
          <button type="button" className="back" onClick={() => setPin('not-yet')}>
            ‹ Back
          </button>
        </nav>
        <h1>{name}</h1>
        <p className="lead">Enter the PIN that encrypts the secret: the one that the router knows.</p>
        <PinTwice digits={pinDigits} onPin={(typed) => void make(typed)} />
      </main>
    );
  }
  return (
    <main>
      <nav className="bar">
        <a href="#/">‹ Profiles</a>
      </nav>
      <h1>New profile</h1>
      <form onSubmit={submit} noValidate>
        <Field id="name" label="Profile name" error={errors.get('name')}>
          <input
            id="name"
            value={name}
            maxLength={64}
            autoComplete="off"
            aria-invalid={errors.has('name')}
            aria-describedby="name-error"
            onChange={({ target }) => {
              setName(target.value);
              forget('name');
            }}
          />
        </Field>
        <Field id="pin-type" label="PIN type">
          <select
            id="pin-type"
            value={pinDigits}
            onChange={({ target }) => setPinDigits(Number(target.value))}
          >
            {PIN_TYPES.map((digits) => (
              <option key={digits} value={digits}>
                {digits}-digit
              </option>
            ))}
          </select>
        </Field>
        <fieldset>
          <legend>Secret</legend>
          {(
            [
              ['initialise', 'Initialise Secret'],
              ['direct', 'Direct'],
            ] as const
          ).map(([value, label]) => (
            <label key={value} className="check">
              <input
                type="radio"
                name="way"
                checked={way === value}
                onChange={() => {
                  setWay(value);
                  forget('secret');
                }}
              />
              {label}
            </label>
          ))}
          {way === 'initialise' ? (
            <Initialise secret={secret} onSecret={takeSecret} error={errors.get('secret')} />
          ) : (
            <Field id="secret" label="Secret, as the router shows it" error={errors.get('secret')}>
              <input
                id="secret"
                className="mono"
                value={secret}
                maxLength={200}
                autoComplete="off"
                autoCapitalize="none"
                spellCheck={false}
                aria-invalid={errors.has('secret')}
                aria-describedby="secret-error"
                onChange={({ target }) => takeSecret(target.value)}
              />
            </Field>
          )}
        </fieldset>
        <label className="check">
          <input type="checkbox" checked={isSealed} onChange={({ target }) => setSealed(target.checked)} />
          Encrypt the secret with my PIN
        </label>
        {errors.has('store') && (
          <p className="error" role="alert">
            {errors.get('store')}
          </p>
        )}
        <div className="buttons">
          <button className="main">Save</button>
        </div>
      </form>
    </main>
  );
}

interface UnsavedProps {
  readonly name: string;
  readonly onStay: () => void;
  readonly onDiscard: () => void;
}

function Unsaved({ name, onStay, onDiscard }: UnsavedProps) {
  return (
    <main>
      <h1>{name.trim() === '' ? 'New profile' : name}</h1>
      <p className="lead" id="unsaved">
        The secret is not saved. Once it is discarded nothing brings it back, and a router that was given it
        waits for codes that nobody can make.
      </p>
      <div className="buttons">
        <button type="button" className="main" aria-describedby="unsaved" ref={takeFocus} onClick={onStay}>
          Go on editing
        </button>
        <button type="button" className="danger" onClick={onDiscard}>
          Discard
        </button>
      </div>
    </main>
  );
}

function takeFocus(element: HTMLElement | null): void {
  element?.focus();
}

/** Closing or reloading the page is asked about by the browser, in its own words. */
function useClosingAsks(isNeeded: boolean): void {
  useEffect(() => {
    if (!isNeeded) return undefined;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, [isNeeded]);
}

/** Hex digits, or a motp:// address as in a QR code. */
function secretOf(text: string): string {
  const uri = parseMotpUri(text);
  return uri.ok ? uri.value.secret : text;
}

function faults(name: string, secret: string, way: Way): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  if (name.trim() === '') found.set('name', 'Enter a name');
  if (way === 'initialise' && secret === '') return found.set('secret', 'Press Random to make a secret');
  const parsed = motpSecretSchema.safeParse(secretOf(secret));
  if (!parsed.success) found.set('secret', parsed.error.issues[0]?.message ?? 'Enter the secret');
  return found;
}

interface InitialiseProps {
  readonly secret: string;
  readonly onSecret: (secret: string) => void;
  readonly error: string | undefined;
}

function Initialise({ secret, onSecret, error }: InitialiseProps) {
  const [isShaking, setShaking] = useState(false);
  return (
    <div className="initialise">
      {isShaking ? (
        <ShakePanel
          onDone={(motion: MotionEntropy) => {
            onSecret(bytesToHex(motion.secretBytes(systemRandom)));
            setShaking(false);
          }}
          onCancel={() => setShaking(false)}
        />
      ) : (
        <div className="buttons">
          <button type="button" onClick={() => onSecret(generateMotpSecret(systemRandom))}>
            Random
          </button>
          {'DeviceMotionEvent' in window && (
            <button type="button" onClick={() => setShaking(true)}>
              Shake
            </button>
          )}
        </div>
      )}
      {secret !== '' && (
        <>
          <output className="secret" aria-label="New secret">
            {groupedSecret(secret)}
          </output>
          <div className="buttons">
            <CopyButton text={secret} />
          </div>
          <p className="hint">
            Enter it in the router’s user profile, field Secret. Later it is shown under Details.
          </p>
        </>
      )}
      {error !== undefined && <p className="error">{error}</p>}
    </div>
  );
}

function Field(props: {
  readonly id: string;
  readonly label: string;
  readonly error?: string | undefined;
  readonly children: React.ReactNode;
}) {
  return (
    <div className="field">
      <label htmlFor={props.id}>{props.label}</label>
      {props.children}
      <p className="error" id={`${props.id}-error`}>
        {props.error}
      </p>
    </div>
  );
}

/** Once more, because nobody could tell a slip later. */
function PinTwice({ digits, onPin }: { readonly digits: number; readonly onPin: (pin: string) => void }) {
  const [first, setFirst] = useState<string>();
  const [differs, setDiffers] = useState(false);
  if (first === undefined) {
    return (
      <>
        {differs && <p className="error">The two were not the same. Enter it again.</p>}
        <PinPad key="first" digits={digits} onPin={setFirst} />
      </>
    );
  }
  const check = (second: string) => {
    if (second === first) return onPin(second);
    setDiffers(true);
    return setFirst(undefined);
  };
  return (
    <>
      <p className="lead">And once more.</p>
      <PinPad key="second" digits={digits} onPin={check} />
    </>
  );
}
