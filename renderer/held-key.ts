/**
 * Enter presses once, however long it is held: what it pressed may have brought a question, or another button in its
 * place, and that one wants an answer of its own.
 */
export function pressOnce(page: Document): void {
  page.addEventListener(
    'keydown',
    (event) => {
      if (event.key === 'Enter' && event.repeat) event.preventDefault();
    },
    true,
  );
}
