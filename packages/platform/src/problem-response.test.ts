import { TrunklineError } from '@trunkline/contracts/errors.ts';
import { expect, test } from 'vitest';
import { isServerFault, languageOf, problemResponse } from './problem-response.ts';

const context = { language: 'en' as const, traceId: '0af7651916cd43dd8448eb211c80319c' };

test('a known error becomes its problem document', async () => {
  const error = new TrunklineError('missing_scope', { scope: 'lines:read' });
  const response = problemResponse(error, context);
  expect(response.status).toBe(403);
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  expect(await response.json()).toEqual({
    type: 'urn:trunkline:error:missing_scope',
    code: 'missing_scope',
    title: 'You lack the permission for this.',
    status: 403,
    scope: 'lines:read',
    traceId: context.traceId,
  });
});

test('an unknown error tells nothing of itself', async () => {
  const response = problemResponse(new Error('password=hunter2'), context);
  expect(response.status).toBe(500);
  expect(await response.text()).not.toContain('hunter2');
});

test('waiting times and challenges are in headers', () => {
  const limited = new TrunklineError('rate_limited', { retryAfterSeconds: 17 });
  expect(problemResponse(limited, context).headers.get('retry-after')).toBe('17');
  const away = new TrunklineError('unavailable');
  expect(problemResponse(away, context).headers.get('retry-after')).toBe('2');
  const stranger = new TrunklineError('unauthenticated');
  expect(problemResponse(stranger, context).headers.get('www-authenticate')).toBe('Bearer');
});

test('only our own faults are faults of the server', () => {
  expect(isServerFault(new TrunklineError('unavailable'))).toBe(false);
  expect(isServerFault(new TrunklineError('not_found'))).toBe(false);
  expect(isServerFault(new TypeError('x'))).toBe(true);
});

test.each([
  [undefined, 'de'],
  ['', 'de'],
  ['en', 'en'],
  ['fr, en-GB;q=0.7, de;q=0.9', 'de'],
  ['de;q=0.1, en;q=0.2', 'en'],
  ['fr', 'de'],
])('languageOf(%s) is %s', (header, language) => {
  expect(languageOf(header)).toBe(language);
});
