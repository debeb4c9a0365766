import type { ProfileView } from '../../shared/contract/snapshot-schema.ts';
import { useSurroundings, useWords } from './app-context.ts';
import { Modal } from './modal.tsx';

export function RemovalDialog({ profile }: { readonly profile: ProfileView }) {
  const { store, actions } = useSurroundings();
  const { text } = useWords();
  const close = (): void => {
    store.send({ kind: 'ask-removal', profile: undefined });
  };
  return (
    <Modal
      content="text"
      title={text.removal.title(profile.name)}
      onCancel={close}
      onSubmit={() => {
        close();
        actions.remove(profile);
      }}
      buttons={
        <>
          <button type="button" onClick={close}>
            {text.cancel}
          </button>
          <button type="submit" className="danger" data-focus="">
            {text.removal.confirm}
          </button>
        </>
      }
    >
      <p>{text.removal.text}</p>
    </Modal>
  );
}
