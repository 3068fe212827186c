import { useEffect, useRef } from "preact/hooks";

/**
 * Whether the text that was pressed on had been marked before. On a Mac a right-click marks the word under it, and does so before the page
 * hears that a menu is wanted.
 */
export function useMarked(): () => boolean {
  const marked = useRef(false);
  useEffect(() => {
    const pressed = ({ target }: Event): void => {
      const selection = getSelection();
      marked.current =
        selection !== null && !selection.isCollapsed && target instanceof Node && selection.containsNode(target, true);
    };
    document.addEventListener("pointerdown", pressed, true);
    document.addEventListener("keydown", pressed, true);
    return () => {
      document.removeEventListener("pointerdown", pressed, true);
      document.removeEventListener("keydown", pressed, true);
    };
  }, []);
  return () => marked.current;
}
