/** A list with the item at `index` one place further up (`-1`) or down (`1`); ends stay ends. */
export function moved<T>(list: readonly T[], index: number, by: -1 | 1): T[] {
  const to = index + by;
  const item = list[index];
  if (item === undefined || to < 0 || to >= list.length) return [...list];
  const rest = list.filter((_each, at) => at !== index);
  return [...rest.slice(0, to), item, ...rest.slice(to)];
}

export function without<T>(list: readonly T[], index: number): T[] {
  return list.filter((_each, at) => at !== index);
}

export function replaced<T>(list: readonly T[], index: number, item: T): T[] {
  return list.map((each, at) => (at === index ? item : each));
}

/** The values a person typed or pasted, parted by space, comma or semicolon; each once. */
export function valuesOfText(text: string): string[] {
  return [...new Set(text.split(/[\s,;]+/).filter((value) => value !== ''))];
}
