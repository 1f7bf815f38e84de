import { TrunklineError } from '@trunkline/contracts/errors.ts';
import { maxImportBytes, maxImportRows } from '@trunkline/contracts/lines.ts';
import Papa from 'papaparse';
import { csvRecords } from './csv-records.ts';

/** Rows with the empty ones. */
const mostRows = 10 * maxImportRows;

/** One record of an import file: user name, auth user name, password, number (LIN-058). */
export interface CsvLine {
  /** Position of the record in the file, from 1. */
  readonly row: number;
  readonly userName: string;
  readonly authUserName: string;
  readonly password: string;
  readonly number: string;
  /** What is wrong with the record itself, if anything. */
  readonly problem: string | null;
}

/** UTF-8 with or without byte order mark; what is no UTF-8 is read as Windows-1252 (LIN-058). */
function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // Not UTF-8: every sequence of bytes is some text in Windows-1252.
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

/**
 * A value spreadsheets would take for a formula gets an apostrophe in front when it is exported; a
 * number such as +49301234 is none.
 */
function guard(value: string): string {
  return /^'*[=+\-@\t\r]/.test(value) && !/^\+[0-9]+$/.test(value) ? `'${value}` : value;
}

/** Takes the apostrophe of `guard` away again. */
function unguard(value: string): string {
  return /^'+[=+\-@\t\r]/.test(value) ? value.slice(1) : value;
}

/**
 * Reads a file of softphone lines: comma-separated, no header, RFC 4180 quoting, values at the end
 * may be absent. Empty lines count as rows and are left out.
 * @throws TrunklineError `payload_too_large`, `file_unreadable`
 */
export function readLinesCsv(bytes: Uint8Array): CsvLine[] {
  if (bytes.byteLength > maxImportBytes) throw new TrunklineError('payload_too_large');
  const text = decode(bytes);
  if (text.includes('\0'))
    throw new TrunklineError('file_unreadable', { detail: 'this is no text file' });
  const lines: CsvLine[] = [];
  const tooMany = (what: string) =>
    new TrunklineError('payload_too_large', { detail: `more than ${what}` });
  for (const { row, values, problem } of csvRecords(text)) {
    if (row > mostRows) throw tooMany(`${mostRows} rows, empty ones included`);
    if (values.length === 1 && values[0]?.trim() === '') continue;
    if (lines.length === maxImportRows) throw tooMany(`${maxImportRows} rows`);
    const [userName = '', authUserName = '', password = '', number = ''] = values;
    lines.push({
      row,
      userName: unguard(userName.trim()),
      authUserName: unguard(authUserName.trim()),
      password,
      number: unguard(number.trim()),
      problem,
    });
  }
  return lines;
}

/**
 * Writes lines in the format of the import; passwords never (LIN-060). The number stands only where
 * it differs from the user name.
 */
export function writeLinesCsv(
  lines: readonly {
    readonly userName: string;
    readonly authUserName: string | null;
    readonly number: string;
    readonly suffix: string;
  }[],
): string {
  const rows = lines.map((line) => {
    const number = line.number + line.suffix;
    return [line.userName, line.authUserName ?? '', '', number === line.userName ? '' : number].map(
      guard,
    );
  });
  return rows.length === 0 ? '' : `${Papa.unparse(rows, { newline: '\r\n' })}\r\n`;
}
