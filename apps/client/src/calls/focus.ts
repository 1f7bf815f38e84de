/** The element with the focus is gone from the page, and the focus with it. */
export function focusIsLost(): boolean {
  return document.activeElement === null || document.activeElement === document.body;
}
