import { expect, test } from 'vitest';
import { wordsOf } from './sip-words.ts';

test.each([
  ['REGISTER sip:pbx SIP/2.0', '1 REGISTER', 'REGISTER', null, 'plain'],
  ['SIP/2.0 401 Unauthorized', '1 REGISTER', 'REGISTER', 'password', 'plain'],
  ['SIP/2.0 200 OK', '2 REGISTER', 'REGISTER', 'accepted', 'good'],
  ['SIP/2.0 183 Session Progress', '7 INVITE', 'INVITE', 'progress', 'plain'],
  ['SIP/2.0 302 Moved Temporarily', '7 INVITE', 'INVITE', 'moved', 'bad'],
  ['SIP/2.0 403 Forbidden', '2 REGISTER', 'REGISTER', 'refused', 'bad'],
  ['SIP/2.0 503 Service Unavailable', '9 OPTIONS', 'OPTIONS', 'serverFailed', 'bad'],
  ['SIP/2.0 499 Strange', '9 BREW', 'other', 'failed', 'bad'],
])('%s', (startLine, cseq, method, status, tone) => {
  expect(wordsOf({ startLine, cseq })).toEqual({ method, status, tone });
});
