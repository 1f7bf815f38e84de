import type { FieldError } from '@trunkline/contracts/errors.ts';
import { useState } from 'react';

/** What a person is changing, and what of it differs from what is saved. */
export interface Draft<T extends object> {
  readonly values: T;
  set<K extends keyof T & string>(field: K, value: T[K]): void;
  /** True when a field differs from the saved value. */
  changed(field: keyof T & string): boolean;
  readonly dirty: boolean;
  /** Only the changed fields: the body of a PATCH. */
  changes(): Partial<T>;
  reset(saved?: T): void;
}

/** Deep equality of plain JSON values, keys in any order of insertion being different ones. */
export function sameJson(one: unknown, two: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(two);
}

/** The fields of `values` that differ from `saved`. */
export function changesOf<T extends object>(saved: T, values: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(values).filter(([field, value]) => !sameJson(value, saved[field as keyof T])),
  ) as Partial<T>;
}

export function useDraft<T extends object>(initial: T): Draft<T> {
  const [saved, setSaved] = useState(initial);
  const [values, setValues] = useState(initial);
  const changes = changesOf(saved, values);
  return {
    values,
    set: (field, value) => setValues((now) => ({ ...now, [field]: value })),
    changed: (field) => field in changes,
    dirty: Object.keys(changes).length > 0,
    changes: () => changes,
    reset(next) {
      setSaved(next ?? saved);
      setValues(next ?? saved);
    },
  };
}

/**
 * Messages of a problem document by the field its JSON pointer begins with (RFC 6901), each
 * turned into the person's language by `say`.
 */
export function errorsByField(
  errors: readonly FieldError[],
  say: (message: string) => string = (message) => message,
): Record<string, string> {
  const byField: Record<string, string> = {};
  for (const { pointer, message } of errors) {
    const field = (pointer.split('/')[1] ?? '').replaceAll('~1', '/').replaceAll('~0', '~');
    byField[field] ??= say(message);
  }
  return byField;
}
