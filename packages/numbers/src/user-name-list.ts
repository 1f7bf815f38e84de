/** What is wrong with a list of user names, and at which item. */
export interface UserNameListError {
  readonly ok: false;
  readonly error: 'empty' | 'malformed_range' | 'descending_range' | 'uneven_range' | 'too_many';
  /** The item as written; empty for the list as a whole. */
  readonly item: string;
}
export type UserNameList = { readonly ok: true; readonly names: string[] } | UserNameListError;

const range = /^([0-9]{1,15})\s*-\s*([0-9]{1,15})$/;
/** Hyphens and dashes, as word processors put them. */
const dash = /[-\u2010-\u2015\u2212]/;

/** Whether numbers with a dash between, or a dash without one, were meant as a range: `1--3`, `1-2-3`. */
function meansRange(item: string): boolean {
  const parts = item.split(dash).map((part) => part.trim());
  return parts.length > 1 && parts.every((part) => part === '' || /^[0-9]/.test(part));
}

/**
 * Reads SIP user names as list and ranges (LIN-051): items separated by `;`, ranges of digits with
 * `-`. A range keeps the width of its ends (`001-003`); ends of different width must not begin
 * with 0. What is no range and does not look like one is one name as it stands; a name of numbers
 * and hyphens alone has to be given as a single line. Names named twice count once.
 * @param max names at most
 */
export function parseUserNames(text: string, max: number): UserNameList {
  const names = new Set<string>();
  for (const item of text.split(';').map((part) => part.trim())) {
    if (item === '') continue;
    const ends = range.exec(item);
    if (!ends) {
      if (meansRange(item)) return { ok: false, error: 'malformed_range', item };
      names.add(item);
    } else {
      const problem = addRange(names, ends[1] ?? '', ends[2] ?? '', max);
      if (problem) return { ok: false, error: problem, item };
    }
    if (names.size > max) return { ok: false, error: 'too_many', item };
  }
  if (names.size === 0) return { ok: false, error: 'empty', item: '' };
  return { ok: true, names: [...names] };
}

function addRange(
  names: Set<string>,
  from: string,
  to: string,
  max: number,
): UserNameListError['error'] | null {
  const [first, last] = [Number(from), Number(to)];
  if (from.length !== to.length && (from.startsWith('0') || to.startsWith('0')))
    return 'uneven_range';
  if (first > last) return 'descending_range';
  if (last - first >= max) return 'too_many';
  const width = from.length === to.length ? from.length : 0;
  for (let at = first; at <= last; at++) names.add(String(at).padStart(width, '0'));
  return null;
}

/** The auth user name of one line: `<*>` stands for its user name (LIN-053). */
export function fillAuthUserName(pattern: string, userName: string): string {
  return pattern.replaceAll('<*>', () => userName);
}
