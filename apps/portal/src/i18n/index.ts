import { createUseT, type Dictionary, type Language } from '@trunkline/ui/i18n/i18n.ts';
import type { de } from './de.ts';

export type PortalTexts = typeof de;
export const useT = createUseT<PortalTexts>();

/** Loads one language; the other one stays on the server. */
export async function loadTexts(language: Language): Promise<Dictionary> {
  return language === 'de' ? (await import('./de.ts')).de : (await import('./en.ts')).en;
}
