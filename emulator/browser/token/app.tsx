import { useState } from 'react';
import { CodeView } from './code-view.tsx';
import { DetailsView } from './details-view.tsx';
import { NewProfile } from './new-profile.tsx';
import { goTo, useRoute } from './route.ts';
import type { TokenProfile } from './token-profile.ts';
import type { Vault } from './vault.ts';

/** The token: profiles that never leave this device. */
export function App({ vault, stored }: { readonly vault: Vault; readonly stored: readonly TokenProfile[] }) {
  const route = useRoute();
  const [profiles, setProfiles] = useState(stored);
  const [isUnsaved, setUnsaved] = useState(false);
  const load = async () => setProfiles(await vault.list());
  const made = async (profile: TokenProfile) => {
    await vault.save(profile);
    await load();
    setUnsaved(false);
    goTo(`#/code/${profile.id}`);
  };
  // A link or the phone's back button may have left it: a secret does not go without a word.
  if (route.kind === 'new' || isUnsaved) {
    return (
      <NewProfile
        onMade={made}
        isLeft={route.kind !== 'new'}
        onUnsaved={setUnsaved}
        onStay={() => goTo('#/new')}
      />
    );
  }
  const profile = route.kind === 'list' ? undefined : profiles.find(({ id }) => id === route.id);
  if (profile === undefined) return <ProfileList profiles={profiles} />;
  if (route.kind === 'code') return <CodeView key={profile.id} profile={profile} />;
  const remove = async () => {
    await vault.remove(profile.id);
    await load();
    goTo('#/');
  };
  return <DetailsView key={profile.id} profile={profile} onRemove={() => void remove()} />;
}

function ProfileList({ profiles }: { readonly profiles: readonly TokenProfile[] }) {
  return (
    <main>
      <h1>mOTP token</h1>
      {profiles.length === 0 ? (
        <>
          <p className="empty">No profile yet.</p>
          <p className="hint">
            A profile makes the one-time passwords of one user. Its secret stands in the router’s user profile
            as well, together with the PIN; here it stays on this device.
          </p>
        </>
      ) : (
        <ul className="profiles">
          {profiles.map(({ id, name }) => (
            <li key={id}>
              <a href={`#/code/${id}`}>{name}</a>
            </li>
          ))}
        </ul>
      )}
      <p className="buttons">
        <a className="button main" href="#/new">
          New profile
        </a>
      </p>
    </main>
  );
}
