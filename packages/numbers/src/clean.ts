/** Longest text a pipeline looks at; beyond it, input is no number of any kind. */
export const maxInputLength = 256;

/** Full-width forms of the signs a number may hold. */
const wideSigns: Readonly<Record<string, string>> = { '＋': '+', '＊': '*', '＃': '#' };

/**
 * Digits of every script as 0–9: input methods write １１０ or ١١٠, and a digit that is dropped
 * makes another number. Unicode orders them in runs of ten that begin with zero (§4.6).
 */
function asciiDigits(text: string): string {
  return text.replace(/[＋＊＃]|(?![0-9])\p{Nd}/gu, (sign) => {
    const wide = wideSigns[sign];
    if (wide !== undefined) return wide;
    const code = sign.codePointAt(0) ?? 0;
    let first = code;
    while (/\p{Nd}/u.test(String.fromCodePoint(first - 1))) first -= 1;
    return String((code - first) % 10);
  });
}

/** Keeps `+ * # 0–9` and drops all else; a "+" counts only in front (A1, B3). */
export function cleanNumber(text: string): string {
  const kept = asciiDigits(text.slice(0, maxInputLength)).replace(/[^0-9+*#]/g, '');
  return kept.startsWith('+') ? `+${kept.slice(1).replaceAll('+', '')}` : kept.replaceAll('+', '');
}

/** The user part of a sip:, sips: or tel: URI, else the text itself (NUM-064, O13). */
export function userPartOf(text: string): string {
  const match = /^\s*(?:sips?|tel):([^@;?>]*)/i.exec(text.slice(0, maxInputLength));
  if (!match) return text;
  const user = match[1] ?? '';
  // "anonymous1" must not become the number 1.
  return /^[0-9+*#().\-\s]*$/.test(user) ? user : '';
}
