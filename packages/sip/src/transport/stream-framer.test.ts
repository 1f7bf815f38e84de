import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DEFAULT_FRAME_LIMITS, FramingError, StreamFramer } from './stream-framer.ts';

function message(body: string, length = `Content-Length: ${Buffer.byteLength(body)}`): string {
  return `MESSAGE sip:a@b SIP/2.0\r\nTo: <sip:a@b>\r\n${length}\r\nX: y\r\n\r\n${body}`;
}

/** Pushes the text in pieces that end at the given places; gives what came out. */
function frames(text: string, cuts: readonly number[] = [], limits = DEFAULT_FRAME_LIMITS) {
  const seen: string[] = [];
  const framer = new StreamFramer(limits, {
    message: (bytes) => seen.push(Buffer.from(bytes).toString('utf8')),
    emptyLine: () => seen.push(''),
  });
  const bytes = Buffer.from(text, 'utf8');
  let from = 0;
  for (const to of [...cuts].sort((a, b) => a - b).concat(bytes.length)) {
    framer.push(bytes.subarray(from, to));
    from = Math.max(from, to);
  }
  return { seen, framer };
}

describe('cutting a stream into messages (RFC 3261 §18.3)', () => {
  test('however the stream is cut, the same messages come out', () => {
    const parts = fc.array(
      fc.oneof(
        fc.constant('\r\n'),
        fc.string({ maxLength: 40 }).map((body) => message(body)),
        fc.string({ maxLength: 10 }).map((body) => message(`${body}\r\n\r\nContent-Length: 3`)),
      ),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(parts, fc.array(fc.nat(600), { maxLength: 20 }), (sent, cuts) => {
        const text = sent.join('');
        const { seen, framer } = frames(
          text,
          cuts.filter((cut) => cut < Buffer.byteLength(text)),
        );
        expect(seen).toEqual(sent.map((part) => (part === '\r\n' ? '' : part)));
        expect(framer.pending).toBe(false);
      }),
      { numRuns: 500, seed: 4 },
    );
  });

  test('byte by byte', () => {
    const text = `${message('ä')}\r\n\r\n${message('')}`;
    const cuts = Array.from({ length: Buffer.byteLength(text) - 1 }, (_, i) => i + 1);
    expect(frames(text, cuts).seen).toEqual([message('ä'), '', '', message('')]);
  });

  test('messages given out stay as they were while more comes', () => {
    const kept: Uint8Array[] = [];
    const framer = new StreamFramer(DEFAULT_FRAME_LIMITS, {
      message: (bytes) => kept.push(bytes),
      emptyLine: () => {},
    });
    const chunk = Buffer.from(`${message('first')}${message('second').slice(0, 30)}`);
    framer.push(chunk);
    chunk.fill(0);
    framer.push(Buffer.from(message('second').slice(30)));
    framer.push(Buffer.from(message('third')));
    expect(kept.map((bytes) => Buffer.from(bytes).toString())).toEqual([
      message('first'),
      message('second'),
      message('third'),
    ]);
  });

  test.each([
    ['compact form', 'l: 2'],
    ['any case and space', 'CONTENT-length  :\t2 '],
    ['folded', 'Content-Length:\r\n  2'],
    ['twice the same', 'Content-Length: 2\r\nl: 2'],
  ])('Content-Length in %s', (_what, header) => {
    expect(frames(message('ok', header)).seen).toEqual([message('ok', header)]);
  });

  test.each([
    ['missing', 'X-Length: 2'],
    ['no number', 'Content-Length: two'],
    ['negative', 'Content-Length: -2'],
    ['too long a number', 'Content-Length: 00000000002'],
    ['two values', 'Content-Length: 2\r\nContent-Length: 3'],
    ['hidden second value', 'Content-Length: 2\r\nl: 0'],
    ['empty', 'Content-Length:'],
  ])('Content-Length %s ends the stream', (_what, header) => {
    expect(() => frames(message('ok', header))).toThrow(FramingError);
  });

  test('bounds on head and body hold before the memory is there', () => {
    const limits = { headBytes: 200, bodyBytes: 100 };
    expect(() => frames(`A b SIP/2.0\r\nX: ${'x'.repeat(300)}`, [], limits)).toThrow('too large');
    expect(() => frames(message('', 'Content-Length: 101'), [], limits)).toThrow('body too large');
    expect(frames(message('x'.repeat(100)), [], limits).seen).toHaveLength(1);
  });

  test('after an error nothing more is taken', () => {
    const framer = new StreamFramer(DEFAULT_FRAME_LIMITS, {
      message: () => expect.unreachable(),
      emptyLine: () => {},
    });
    expect(() => framer.push(Buffer.from('\rX'))).toThrow('bare CR');
    expect(() => framer.push(Buffer.from(message('')))).toThrow(FramingError);
    expect(framer.pendingBytes).toBe(0);
  });

  test('a slow large message costs no more than its bytes a few times over', () => {
    const text = message('x'.repeat(200_000));
    const cuts = Array.from({ length: 2_000 }, (_, i) => (i + 1) * 100);
    const started = performance.now();
    expect(frames(text, cuts).seen).toHaveLength(1);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
