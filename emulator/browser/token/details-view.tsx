import { useState } from 'react';
import { formatMotpUri } from '../../../shared/otp/motp-uri.ts';
import { CopyButton } from './copy-button.tsx';
import { groupedSecret } from './grouped-secret.ts';
import { PinPad } from './pin-pad.tsx';
import { QrCode } from './qr-code.tsx';
import { openSecret } from './sealed-secret.ts';
import type { TokenProfile } from './token-profile.ts';

interface DetailsProps {
  readonly profile: TokenProfile;
  readonly onRemove: () => void;
}

/** The secret, when it is asked for, and deleting. */
export function DetailsView({ profile, onRemove }: DetailsProps) {
  const [shown, setShown] = useState<'nothing' | 'pin' | 'secret' | 'qr'>('nothing');
  const [secret, setSecret] = useState('');
  const [asks, setAsks] = useState(false);
  const isSealed = profile.secret.kind === 'sealed';
  const open = async (pin: string) => {
    setSecret(await openSecret(profile.secret, pin));
    setShown('secret');
  };
  return (
    <main>
      <nav className="bar">
        <a href={`#/code/${profile.id}`}>‹ Code</a>
      </nav>
      <h1>{profile.name}</h1>
      <dl>
        <dt>PIN type</dt>
        <dd>{profile.pinDigits}-digit</dd>
        <dt>Secret</dt>
        <dd>{isSealed ? 'on this device, encrypted with the PIN' : 'on this device'}</dd>
      </dl>
      {shown === 'nothing' && (
        <button type="button" onClick={() => (isSealed ? setShown('pin') : void open(''))}>
          Show the secret
        </button>
      )}
      {shown === 'pin' && (
        <>
          <p className="lead">Enter your PIN. With a wrong one another secret is shown: nobody can tell.</p>
          <PinPad digits={profile.pinDigits} onPin={(pin) => void open(pin)} />
        </>
      )}
      {(shown === 'secret' || shown === 'qr') && (
        <ShownSecret
          name={profile.name}
          secret={secret}
          isPicture={shown === 'qr'}
          onPicture={() => setShown('qr')}
          onHide={() => {
            setSecret('');
            setShown('nothing');
          }}
        />
      )}
      <section className="removal">
        {asks ? (
          <>
            <p>Delete {profile.name}? Its secret is on this device only.</p>
            <div className="buttons">
              <button type="button" className="danger" onClick={onRemove}>
                Delete
              </button>
              <button type="button" onClick={() => setAsks(false)}>
                Cancel
              </button>
            </div>
          </>
        ) : (
          <button type="button" className="danger" onClick={() => setAsks(true)}>
            Delete…
          </button>
        )}
      </section>
    </main>
  );
}

interface ShownSecretProps {
  readonly name: string;
  readonly secret: string;
  readonly isPicture: boolean;
  readonly onPicture: () => void;
  readonly onHide: () => void;
}

export function ShownSecret({ name, secret, isPicture, onPicture, onHide }: ShownSecretProps) {
  return (
    <section className="shown" aria-label="Secret">
      <output className="secret" aria-label="Secret">
        {groupedSecret(secret)}
      </output>
      {isPicture && (
        <QrCode
          text={formatMotpUri({ site: 'Vigor Router', user: name, secret })}
          label={`QR code with the secret of ${name}`}
        />
      )}
      <div className="buttons">
        <CopyButton text={secret} />
        {!isPicture && (
          <button type="button" onClick={onPicture}>
            QR code
          </button>
        )}
        <button type="button" onClick={onHide}>
          Hide
        </button>
      </div>
      <p className="hint">
        Whoever knows it and the PIN can make your codes. It goes into the router’s user profile, field
        Secret.
      </p>
    </section>
  );
}
