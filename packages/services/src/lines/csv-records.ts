import { TrunklineError } from '@trunkline/contracts/errors.ts';

/** Values a record of a line file may have. */
const maxValues = 4;
/** A record of more is no record of such a file: it is not read to its end. */
const mostValues = 100;
/** Characters of one value at most; a quote that is missing is found out by it, not at the end of the file. */
export const maxValueLength = 1_000;

/** One record of a file of softphone lines. */
export interface CsvRecord {
  /** Position in the file, from 1; empty records count. */
  readonly row: number;
  /** One to four; what a record has beyond them is told by `problem`. */
  readonly values: readonly string[];
  readonly problem: string | null;
}

/**
 * The records of a text by RFC 4180 with any line ends. One pass over the text, and nothing is
 * kept of a record but four values: a general reader takes seconds for a megabyte of stray quotes.
 * @throws TrunklineError `file_unreadable` for a value that is too long, or too many of them
 */
export function* csvRecords(text: string): Generator<CsvRecord, void> {
  let at = 0;
  for (let row = 1; at < text.length; row += 1) {
    const values: string[] = [];
    let problem: string | null = null;
    for (let count = 1; ; count += 1) {
      if (count > mostValues)
        throw new TrunklineError('file_unreadable', {
          detail: `row ${row}: more than ${mostValues} values`,
        });
      const field = text[at] === '"' ? quoted(text, at + 1, row) : plain(text, at, row);
      at = field.end;
      problem ??= field.problem;
      if (values.length < maxValues) values.push(field.value);
      else if (field.value.trim() !== '') problem ??= 'more than four values';
      if (text[at] !== ',') break;
      at += 1;
    }
    at += text[at] === '\r' && text[at + 1] === '\n' ? 2 : 1;
    yield { row, values, problem };
  }
}

interface Field {
  readonly value: string;
  readonly problem: string | null;
  /** Where the comma, the line end or the end of the text is. */
  readonly end: number;
}

function plain(text: string, begin: number, row: number): Field {
  const end = endOfValue(text, begin);
  return { value: bounded(text.slice(begin, end), row), problem: null, end };
}

function quoted(text: string, begin: number, row: number): Field {
  let value = '';
  for (let at = begin; ; ) {
    const quote = text.indexOf('"', at);
    value = bounded(value + text.slice(at, quote === -1 ? text.length : quote), row);
    if (quote === -1)
      return { value: lines(value), problem: 'a quote that never ends', end: text.length };
    if (text[quote + 1] !== '"') {
      const end = endOfValue(text, quote + 1);
      // Blanks between the quote and the comma are no part of the value.
      const rest = text.slice(quote + 1, end).trim();
      const problem = rest === '' ? null : 'a quote inside a value that is not doubled';
      return { value: lines(bounded(value + rest, row)), problem, end };
    }
    value += '"';
    at = quote + 2;
  }
}

function endOfValue(text: string, begin: number): number {
  let end = begin;
  while (end < text.length && text[end] !== ',' && text[end] !== '\n' && text[end] !== '\r')
    end += 1;
  return end;
}

const lines = (value: string) => value.replace(/\r\n?/g, '\n');

function bounded(value: string, row: number): string {
  if (value.length <= maxValueLength) return value;
  throw new TrunklineError('file_unreadable', {
    detail: `row ${row}: a value of more than ${maxValueLength} characters; a quote may be missing`,
  });
}
