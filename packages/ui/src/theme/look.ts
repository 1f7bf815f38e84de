import { readItem, writeItem } from '../browser/storage.ts';
import { createStore } from '../stores/store.ts';
import type { Look } from './tokens.ts';

/** What a person chose in the settings. */
export type LookChoice = 'system' | Look;
export const lookChoices: readonly LookChoice[] = ['system', 'light', 'dark', 'contrast'];

const key = 'trunkline.look';

function stored(): LookChoice {
  const value = readItem(key);
  return lookChoices.find((choice) => choice === value) ?? 'system';
}

/** The look the system asks for right now. */
export function systemLook(): Look {
  if (matches('(forced-colors: active)') || matches('(prefers-contrast: more)')) return 'contrast';
  return matches('(prefers-color-scheme: dark)') ? 'dark' : 'light';
}

function matches(query: string): boolean {
  return typeof matchMedia === 'function' && matchMedia(query).matches;
}

export const lookStore = createStore<LookChoice>(stored());

/** Changes the look at once, remembers it, and tells other tabs through the storage event. */
export function chooseLook(choice: LookChoice): void {
  writeItem(key, choice === 'system' ? null : choice);
  lookStore.set(choice);
  applyLook();
}

function applyLook(): void {
  const choice = lookStore.get();
  document.documentElement.dataset.look = choice === 'system' ? systemLook() : choice;
}

/** Keeps the page's look in step with the system and with other tabs. Call once. */
export function watchLook(): void {
  applyLook();
  for (const query of [
    '(prefers-color-scheme: dark)',
    '(forced-colors: active)',
    '(prefers-contrast: more)',
  ])
    matchMedia(query).addEventListener('change', applyLook);
  window.addEventListener('storage', (event) => {
    if (event.key !== key) return;
    lookStore.set(stored());
    applyLook();
  });
}
