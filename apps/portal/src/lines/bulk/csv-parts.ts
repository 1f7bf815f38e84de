import type { LineImportResult } from '@trunkline/contracts/lines.ts';

/** UTF-8 with or without byte order mark; what is no UTF-8 is read as Windows-1252 (LIN-058). */
export function decodeCsv(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // Spreadsheets on Windows write this one; every sequence of bytes is some text in it.
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

/** Rows of a CSV file; a line break inside quotes belongs to its row (RFC 4180 §2). */
export function rowsOf(text: string): string[] {
  const rows: string[] = [];
  let row = '';
  let quoted = false;
  for (const char of text.replace(/\r\n?/g, '\n')) {
    if (char === '"') quoted = !quoted;
    if (char === '\n' && !quoted) {
      rows.push(row);
      row = '';
    } else row += char;
  }
  if (row !== '') rows.push(row);
  return rows;
}

/** A part of a file, and how many rows stand before it. */
export interface CsvPart {
  readonly text: string;
  readonly before: number;
  readonly rows: number;
}

/** The file in parts of at most `size` rows, so that progress can be seen. */
export function partsOf(text: string, size: number): CsvPart[] {
  const rows = rowsOf(text);
  const parts: CsvPart[] = [];
  for (let at = 0; at < rows.length; at += size) {
    const some = rows.slice(at, at + size);
    parts.push({ text: `${some.join('\n')}\n`, before: at, rows: some.length });
  }
  return parts;
}

export const noResult: LineImportResult = { added: 0, skipped: 0, failed: 0, rows: [] };

/** Adds the result of a part; its rows are counted from the beginning of the whole file. */
export function joined(
  total: LineImportResult,
  part: LineImportResult,
  before: number,
): LineImportResult {
  return {
    added: total.added + part.added,
    skipped: total.skipped + part.skipped,
    failed: total.failed + part.failed,
    rows: [...total.rows, ...part.rows.map((row) => ({ ...row, row: row.row + before }))],
  };
}
