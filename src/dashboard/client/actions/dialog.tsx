import type { ComponentChildren, JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

/** A modal dialog: the browser keeps the focus inside, and Escape closes it. */
export function Dialog(props: {
  readonly title: string;
  /** It has been closed. */
  readonly close: () => void;
  readonly closeLabel?: "Close" | "Cancel";
  /** Beside the button that closes it. */
  readonly action?: ComponentChildren;
  readonly children: ComponentChildren;
}): JSX.Element {
  const { title, close, closeLabel = "Close", action, children } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const closer = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => dialog.current?.showModal(), []);
  // What had the focus may be there no longer, once what it asks for is under way.
  useLayoutEffect(() => {
    if (dialog.current?.contains(document.activeElement) === false) closer.current?.focus();
  });
  return (
    <dialog ref={dialog} aria-labelledby="dialog-title" onClose={close}>
      <h2 id="dialog-title">{title}</h2>
      {children}
      <p class="buttons">
        {action}
        <button type="button" ref={closer} onClick={() => dialog.current?.close()}>
          {closeLabel}
        </button>
      </p>
    </dialog>
  );
}
