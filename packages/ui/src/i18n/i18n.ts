import i18next from 'i18next';
import { initReactI18next, useTranslation } from 'react-i18next';
import { readItem, writeItem } from '../browser/storage.ts';

export type Language = 'de' | 'en';
export const languages: readonly Language[] = ['de', 'en'];

/** A dictionary: nested texts. Plural forms end in `_one` and `_other`. */
export interface Dictionary {
  readonly [key: string]: string | Dictionary;
}

type WithoutPlural<K extends string> = K extends `${infer Base}_one`
  ? Base
  : K extends `${infer Base}_other`
    ? Base
    : K;

/** All keys of a dictionary as dotted paths. */
export type KeyOf<D> = {
  [K in keyof D & string]: D[K] extends string ? WithoutPlural<K> : `${K}.${KeyOf<D[K]>}`;
}[keyof D & string];

/** The same shape with any texts: what the second language must have. */
export type SameKeys<D> = {
  readonly [K in keyof D]: D[K] extends string ? string : SameKeys<D[K]>;
};

export type Values = Readonly<Record<string, string | number>>;
export type Translate<K extends string> = (key: K, values?: Values) => string;

const key = 'trunkline.language';

function asLanguage(value: string | null | undefined): Language | null {
  if (!value) return null;
  const short = value.slice(0, 2).toLowerCase();
  return languages.find((language) => language === short) ?? null;
}

/** The language to start with: chosen before, else the browser's, else English. */
export function initialLanguage(): Language {
  const fromBrowser = (typeof navigator === 'undefined' ? [] : navigator.languages).map(asLanguage);
  return asLanguage(readItem(key)) ?? fromBrowser.find((found) => found !== null) ?? 'en';
}

/** Tells whether the person chose a language on this browser. */
export function languageWasChosen(): boolean {
  return asLanguage(readItem(key)) !== null;
}

type Load = (language: Language) => Promise<Dictionary>;
let load: Load | null = null;

/** Starts i18next with the one dictionary that is needed; others are loaded when chosen. */
export async function startI18n(loader: Load, language: Language = initialLanguage()) {
  load = loader;
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: false,
    resources: { [language]: { translation: await loader(language) } },
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  document.documentElement.lang = language;
}

/** Changes the language without a reload and remembers it. */
export async function chooseLanguage(language: Language, remember = true): Promise<void> {
  if (load && !i18next.hasResourceBundle(language, 'translation'))
    i18next.addResourceBundle(language, 'translation', await load(language), true, true);
  await i18next.changeLanguage(language);
  if (remember) writeItem(key, language);
  document.documentElement.lang = language;
}

/** The language in use, outside components. */
export function currentLanguage(): Language {
  return asLanguage(i18next.language) ?? 'en';
}

/** Makes the typed hook of an app's dictionary. */
export function createUseT<D>() {
  return function useT(): { t: Translate<KeyOf<D>>; language: Language } {
    const { t, i18n } = useTranslation();
    return { t: t as unknown as Translate<KeyOf<D>>, language: asLanguage(i18n.language) ?? 'en' };
  };
}

/** Translates outside components (notifications, titles). */
export function createT<D>(): Translate<KeyOf<D>> {
  return (name, values) => (i18next.t as unknown as Translate<string>)(name, values);
}
