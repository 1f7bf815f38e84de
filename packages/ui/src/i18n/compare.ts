import type { Dictionary } from './i18n.ts';

function flatten(dictionary: Dictionary, prefix = ''): Map<string, string> {
  const flat = new Map<string, string>();
  for (const [key, value] of Object.entries(dictionary)) {
    if (typeof value === 'string') flat.set(prefix + key, value);
    else for (const [name, text] of flatten(value, `${prefix}${key}.`)) flat.set(name, text);
  }
  return flat;
}

const placeholders = (text: string) =>
  [...text.matchAll(/\{\{\s*(\w+)/g)].map((match) => match[1]).sort();

/** What is wrong between two dictionaries, as readable lines; empty when they agree. */
export function compareDictionaries(de: Dictionary, en: Dictionary): string[] {
  const [german, english] = [flatten(de), flatten(en)];
  const faults: string[] = [];
  for (const [key, text] of german) {
    const other = english.get(key);
    if (other === undefined) faults.push(`${key}: missing in English`);
    else if (placeholders(text).join() !== placeholders(other).join())
      faults.push(`${key}: different placeholders`);
    if (text.trim() === '') faults.push(`${key}: empty in German`);
    if (/\b(?:du|dein|deine|dir|dich)\b/i.test(text)) faults.push(`${key}: not in "Sie"`);
  }
  for (const [key, text] of english) {
    if (!german.has(key)) faults.push(`${key}: missing in German`);
    if (text.trim() === '') faults.push(`${key}: empty in English`);
  }
  return faults;
}
