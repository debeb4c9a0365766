import { useEffect, useId, useLayoutEffect, useRef, type FormEvent, type ReactNode } from 'react';

interface ModalProps {
  readonly title: string;
  readonly onCancel: () => void;
  /** The browser has closed it without asking; `onCancel` where it is left out. */
  readonly onClosed?: () => void;
  /** Enter. */
  readonly onSubmit: () => void;
  readonly children: ReactNode;
  readonly buttons: ReactNode;
  readonly size?: 'small' | 'large';
  readonly tone?: 'plain' | 'warning';
  /**
   * `text` has nothing to type in: what does not fit is scrolled by keys once it has the focus. `question` is to be
   * read before it is answered: it has the first focus, so that no Enter meant for what was there before answers it.
   */
  readonly content?: 'fields' | 'text' | 'question';
  /** Ids of what screen readers say with the title when the dialog opens. */
  readonly describedBy?: string;
}

/** A native modal dialog: the browser keeps the focus inside, Esc cancels, Enter is its main button. */
export function Modal(props: ModalProps) {
  const {
    title,
    onCancel,
    onClosed = onCancel,
    onSubmit,
    children,
    buttons,
    size = 'small',
    tone = 'plain',
    content = 'fields',
    describedBy,
  } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  const closedByBrowser = useRef(onClosed);
  useEffect(() => {
    closedByBrowser.current = onClosed;
  });
  useLayoutEffect(() => {
    const element = dialog.current;
    if (element === null) return undefined;
    element.showModal();
    // React puts the focus before the dialog is open, where it has no effect.
    element.querySelector<HTMLElement>('[data-focus]')?.focus();
    // Some browsers close at a second Esc whatever a page says to `cancel`.
    const closed = (): void => {
      closedByBrowser.current();
    };
    element.addEventListener('close', closed);
    return () => {
      element.removeEventListener('close', closed);
      // Closing gives the focus back to where it was.
      element.close();
    };
  }, []);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <dialog
      ref={dialog}
      className={`modal modal-${size} modal-${tone}`}
      aria-labelledby={titleId}
      aria-describedby={describedBy}
      onCancel={(event) => {
        // A file chooser inside says "cancel" too.
        if (event.target !== dialog.current) return;
        event.preventDefault();
        onCancel();
      }}
    >
      <form onSubmit={submit} noValidate>
        <h2 id={titleId}>{title}</h2>
        {content === 'fields' ? (
          <div className="modal-body">{children}</div>
        ) : (
          <div
            className="modal-body"
            tabIndex={0}
            role="region"
            aria-labelledby={titleId}
            data-focus={content === 'question' ? '' : undefined}
          >
            {children}
          </div>
        )}
        <div className="modal-buttons">{buttons}</div>
      </form>
    </dialog>
  );
}
