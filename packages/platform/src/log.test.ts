import { expect, test } from 'vitest';
import { createLogger, type LogLevel } from './log.ts';

function lines(level: LogLevel) {
  const written: string[] = [];
  const logger = createLogger({ name: 'test', level, write: (line) => written.push(line) });
  return { logger, written };
}

test('no number, text or secret stands in a line above debug', () => {
  const { logger, written } = lines('info');
  logger.child({ tenant: 'ten_a' }).info(
    {
      remoteNumber: '+4917112345',
      nested: { typed: '0171', password: 'pw', refreshToken: 't' },
      note: 'hi',
      call: 'cal_a',
    },
    'call ended',
  );
  const [line] = written;
  expect(line).not.toMatch(/4917112345|0171|"pw"|"t"|"hi"/);
  expect(JSON.parse(line ?? '')).toMatchObject({
    level: 'info',
    msg: 'call ended',
    tenant: 'ten_a',
    call: 'cal_a',
  });
});

test('debug shows content but never a secret', () => {
  const { logger, written } = lines('debug');
  logger.debug(
    { remoteNumber: '+49171', password: 'pw', apiKey: 'k', authorization: 'Bearer x' },
    'dialling',
  );
  expect(written[0]).toContain('+49171');
  expect(written[0]).not.toMatch(/"pw"|"k"|Bearer/);
});

test('lines below the level are not written; errors keep message and code', () => {
  const { logger, written } = lines('warn');
  logger.info({}, 'quiet');
  logger.error({ err: Object.assign(new Error('boom'), { code: 'ECONNREFUSED' }) }, 'failed');
  expect(written).toHaveLength(1);
  expect(JSON.parse(written[0] ?? '').err).toMatchObject({ message: 'boom', code: 'ECONNREFUSED' });
});

test('a failed query is told without its values, also as a cause', () => {
  const lines: string[] = [];
  const log = createLogger({ name: 'test', level: 'info', write: (line) => lines.push(line) });
  const params = ['+4930123456', 'anna\n    at once', 'hash'];
  const query = Object.assign(new Error(`Failed query: select $1\nparams: ${params}`), { params });
  log.error({ err: query }, 'failed');
  log.error({ err: new Error('unavailable', { cause: query }) }, 'failed');
  expect(lines).toHaveLength(2);
  for (const line of lines) {
    expect(line).toContain('Failed query: select $1');
    expect(line).toContain('log.test.ts');
    for (const value of ['4930123456', 'anna', 'at once', 'hash'])
      expect(line).not.toContain(value);
  }
});

test('the cause of an error is told, to a bounded depth', () => {
  const { logger, written } = lines('info');
  const loop = new Error('outer', { cause: new Error('inner') });
  (loop.cause as Error).cause = loop;
  logger.error({ err: loop }, 'failed');
  expect(JSON.parse(written[0] ?? '').err.cause.message).toBe('inner');
});
