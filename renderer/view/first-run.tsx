import { useRef } from 'react';
import { useSurroundings, useWords } from './app-context.ts';
import { PlusIcon } from './icons.tsx';

/** With no profile yet: what is needed, and the button that begins. */
export function FirstRun() {
  const { store, actions } = useSurroundings();
  const { text } = useWords();
  const file = useRef<HTMLInputElement>(null);
  const words = text.firstRun;
  return (
    <section className="first-run">
      <h2>{words.title}</h2>
      <p>{words.intro}</p>
      <ul>
        <li>{words.server}</li>
        <li>{words.user}</li>
        <li>{words.secret}</li>
      </ul>
      <p>{words.next}</p>
      <div className="button-row">
        <button
          type="button"
          className="primary"
          onClick={() => {
            store.send({ kind: 'edit', editing: { kind: 'new' } });
          }}
        >
          <PlusIcon /> {words.add}
        </button>
        <button type="button" onClick={() => file.current?.click()}>
          {words.import}
        </button>
      </div>
      <input
        ref={file}
        type="file"
        hidden
        accept=".json,application/json"
        onChange={({ target }) => {
          const chosen = target.files?.[0];
          target.value = '';
          if (chosen !== undefined) actions.importFile(chosen);
        }}
      />
    </section>
  );
}
