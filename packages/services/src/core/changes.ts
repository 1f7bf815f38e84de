/** Drops what was not given: `undefined` must not overwrite. */
export function given<T extends object>(input: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(
    Object.entries(input).filter(([, value]) => value !== undefined),
  ) as never;
}

/** Names of the fields a change names, for the audit. */
export function fieldsOf(input: object): { fields: string[] } {
  return { fields: Object.keys(given(input)).sort() };
}
