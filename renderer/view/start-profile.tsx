import { useId, useState } from 'react';
import type { ProfileView } from '../../shared/contract/snapshot-schema.ts';
import { foundProfiles } from '../logic/profile-order.ts';
import { useWords } from './app-context.ts';
import { Field } from './field.tsx';

/** A longer menu than this is no help to anybody, and slow to open. */
const MOST_OFFERED = 100;

interface StartProfileProps {
  readonly profiles: readonly ProfileView[];
  /** Null: none. */
  readonly profileId: string | null;
  readonly onChange: (profileId: string | null) => void;
}

/** Which profile is connected at the start; of many, those that a search finds are offered. */
export function StartProfile({ profiles, profileId, onChange }: StartProfileProps) {
  const { text } = useWords();
  const id = useId();
  const [search, setSearch] = useState('');
  const words = text.settings;
  const isLong = profiles.length > MOST_OFFERED;
  const found = isLong ? foundProfiles(profiles, search) : profiles;
  const offered = found.slice(0, MOST_OFFERED);
  const chosen = profiles.find((profile) => profile.id === profileId);
  const isMissing = chosen !== undefined && !offered.includes(chosen);
  return (
    <>
      <div className="field">
        <label htmlFor={id}>{words.connectOnStart}</label>
        <select
          id={id}
          value={chosen?.id ?? ''}
          aria-describedby={isLong ? `${id}-hint` : undefined}
          onChange={({ target }) => {
            onChange(target.value === '' ? null : target.value);
          }}
        >
          <option value="">{words.connectNone}</option>
          {isMissing ? <option value={chosen.id}>{chosen.name}</option> : undefined}
          {offered.map((profile) => (
            <option key={profile.id} value={profile.id}>
              {profile.name}
            </option>
          ))}
        </select>
        {isLong ? (
          <p className="field-hint" id={`${id}-hint`} aria-live="polite">
            {words.connectOffered(offered.length, profiles.length)}
          </p>
        ) : undefined}
      </div>
      {isLong ? <Field label={words.connectSearch} value={search} onChange={setSearch} /> : undefined}
    </>
  );
}
