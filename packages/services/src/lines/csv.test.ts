import { maxImportBytes, maxImportRows } from '@trunkline/contracts/lines.ts';
import { describe, expect, test } from 'vitest';
import { readLinesCsv, writeLinesCsv } from './csv.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const read = (text: string) =>
  readLinesCsv(bytes(text)).map(({ userName, authUserName, password, number, problem }) =>
    problem ? problem : [userName, authUserName, password, number],
  );

describe('LIN-058 reading', () => {
  test('the example, a row with the name alone, and one without name', () => {
    expect(read('abc_xxx,,asdfghjklö,+49123456781\r\n100\r\n,,pw,\r\n')).toEqual([
      ['abc_xxx', '', 'asdfghjklö', '+49123456781'],
      ['100', '', '', ''],
      ['', '', 'pw', ''],
    ]);
  });

  test('UTF-8 with a byte order mark, and Windows-1252', () => {
    const plain = bytes('100,,pässwörd,');
    const marked = new Uint8Array([0xef, 0xbb, 0xbf, ...plain]);
    const latin = Uint8Array.from(
      [...'100,,pässwörd €,'].map((c) => (c === '€' ? 0x80 : c.charCodeAt(0))),
    );
    expect(readLinesCsv(marked)[0]).toMatchObject({ userName: '100', password: 'pässwörd' });
    expect(readLinesCsv(latin)[0]?.password).toBe('pässwörd €');
  });

  test('RFC 4180 quoting: commas, quotes and line breaks inside a value', () => {
    expect(read('100,,"a,""b""",\n101,,"x\ny",5')).toEqual([
      ['100', '', 'a,"b"', ''],
      ['101', '', 'x\ny', '5'],
    ]);
    expect(read('102 ,"" , "x",""""\r\n103,"a\r\nb" ,,')).toEqual([
      ['102', '', ' "x"', '"'],
      ['103', 'a\nb', '', ''],
    ]);
  });

  test('any line ends, also mixed; empty lines keep the count of rows', () => {
    expect(
      readLinesCsv(bytes('1\r\n\n2\r3\n')).map(({ row, userName }) => [row, userName]),
    ).toEqual([
      [1, '1'],
      [3, '2'],
      [4, '3'],
    ]);
  });

  test('a quote that never ends and a fifth value are wrong in their row', () => {
    const [first, second] = readLinesCsv(bytes('1,,,,x\n2,"open\n3'));
    expect(first?.problem).toBe('more than four values');
    expect(second?.problem).toBe('a quote that never ends');
    expect(read('1,"a"b,\n2')).toEqual([
      'a quote inside a value that is not doubled',
      ['2', '', '', ''],
    ]);
  });

  test('bounds: bytes, rows and what is no text', () => {
    const refused = (text: string) => {
      try {
        readLinesCsv(bytes(text));
      } catch (error) {
        return (error as { code: string }).code;
      }
    };
    expect(refused('x'.repeat(maxImportBytes + 1))).toBe('payload_too_large');
    expect(refused('1\n'.repeat(maxImportRows + 1))).toBe('payload_too_large');
    expect(refused('1\n'.repeat(maxImportRows))).toBeUndefined();
    expect(refused('PK\0')).toBe('file_unreadable');
  });
});

describe('hostile files of a megabyte', () => {
  /** Repeated to the bound, then what follows. */
  const filled = (part: string, after = '') =>
    part.repeat(Math.floor((maxImportBytes - after.length) / part.length)) + after;

  test.each<[string, string]>([
    ['quotes', filled('"')],
    ['quoted values beside blanks', filled('"a" ')],
    ['stray quotes', filled('"a"b,')],
    ['stray quotes far from a comma', filled('"a', `${' '.repeat(400_000)},`)],
    ['quotes that never end', filled('"a\n')],
    ['one long value', filled('x')],
    ['commas', filled(',')],
    ['line feeds', filled('\n')],
    ['carriage returns', filled('\r')],
    ['blanks', filled(' ')],
    ['apostrophes', filled("'")],
    ['wide rows', filled(`1${','.repeat(500)}\n`)],
    ['many rows', filled('1\n')],
    ['values with line breaks', filled('"\n\n\n\n\n\n\n",')],
  ])('%s cost less than 100 ms', (_name, text) => {
    const file = bytes(text);
    const before = process.cpuUsage();
    let outcome: unknown = 'read';
    try {
      readLinesCsv(file);
    } catch (error) {
      outcome = (error as { code: string }).code;
    }
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1_000).toBeLessThan(100);
    expect(['read', 'file_unreadable', 'payload_too_large']).toContain(outcome);
  });

  test('a value that is too long is told with its row', () => {
    expect(() => readLinesCsv(bytes(`1\n2,"${'x'.repeat(2_000)}`))).toThrow(
      expect.objectContaining({
        code: 'file_unreadable',
        detail: expect.stringMatching(/^row 2: .*1000 characters/),
      }),
    );
  });
});

describe('LIN-060 writing', () => {
  const line = { userName: 'abc_xxx', authUserName: null, number: '+49123456781', suffix: '' };

  test('the example; a number equal to the name is left out', () => {
    expect(writeLinesCsv([line])).toBe('abc_xxx,,,+49123456781\r\n');
    expect(writeLinesCsv([{ ...line, userName: '100', number: '100' }])).toBe('100,,,\r\n');
    expect(writeLinesCsv([{ ...line, userName: '111b', number: '111', suffix: 'b' }])).toBe(
      '111b,,,\r\n',
    );
    expect(writeLinesCsv([])).toBe('');
  });

  test.each(['=1+1', '+cmd', '-2', "'=x", 'a,b', 'q"q'])(
    'LIN-061 a name such as %s starts no formula and comes back as it was',
    (userName) => {
      const text = writeLinesCsv([{ ...line, userName, authUserName: userName }]);
      expect(text).not.toMatch(/(?:^|,)"?[=+\-@](?![0-9]+\r\n)/);
      expect(readLinesCsv(bytes(text))[0]).toMatchObject({
        userName,
        authUserName: userName,
        number: line.number,
      });
    },
  );
});
