import { expect, test } from 'vitest';
import { REASON_PHRASES, reasonPhrase } from './status.ts';

/** RFC 3261 §21.4 – §21.6. */
const CATALOGUE = `400 Bad Request · 401 Unauthorized · 402 Payment Required · 403 Forbidden · 404 Not Found ·
405 Method Not Allowed · 406 Not Acceptable · 407 Proxy Authentication Required · 408 Request Timeout · 410 Gone ·
413 Request Entity Too Large · 414 Request-URI Too Long · 415 Unsupported Media Type ·
416 Unsupported URI Scheme · 420 Bad Extension · 421 Extension Required · 423 Interval Too Brief ·
480 Temporarily Unavailable · 481 Call/Transaction Does Not Exist · 482 Loop Detected · 483 Too Many Hops ·
484 Address Incomplete · 485 Ambiguous · 486 Busy Here · 487 Request Terminated · 488 Not Acceptable Here ·
491 Request Pending · 493 Undecipherable · 500 Server Internal Error · 501 Not Implemented · 502 Bad Gateway ·
503 Service Unavailable · 504 Server Time-out · 505 Version Not Supported · 513 Message Too Large ·
600 Busy Everywhere · 603 Decline · 604 Does Not Exist Anywhere · 606 Not Acceptable`;

test('LIN-096 every code of the catalogue has its reason phrase', () => {
  for (const entry of CATALOGUE.split(/\s*·\s*/)) {
    expect(REASON_PHRASES[Number(entry.slice(0, 3))]).toBe(entry.slice(4));
  }
});

test('an unknown code takes the phrase of its class (RFC 3261 §8.1.3.2)', () => {
  expect(reasonPhrase(499)).toBe('Bad Request');
  expect(reasonPhrase(299)).toBe('OK');
});
