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
    expect(second?.problem).toMatch(/[Qq]uote/);
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
