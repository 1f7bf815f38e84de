import type { uiDe } from './de.ts';
import { createUseT } from './i18n.ts';

/** Texts of the shared components; apps put them under `ui` in their dictionaries. */
export const useUiT = createUseT<{ ui: typeof uiDe }>();
