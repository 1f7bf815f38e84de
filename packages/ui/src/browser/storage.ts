/** Reads browser storage; blocked storage counts as empty. */
export function readItem(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

/** Writes browser storage (null removes). A blocked or full storage only costs the memory of the choice. */
export function writeItem(name: string, value: string | null): boolean {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, value);
    return true;
  } catch {
    return false;
  }
}

/** Reads a JSON value written by `writeJson`; anything unreadable counts as absent. */
export function readJson(name: string): unknown {
  const text = readItem(name);
  if (text === null) return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

/** Writes a JSON value; values above 256 KiB of text are not kept. */
export function writeJson(name: string, value: unknown): boolean {
  const text = JSON.stringify(value);
  return text.length <= 262_144 && writeItem(name, text);
}
