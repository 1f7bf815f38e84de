import { expect, test } from 'vitest';
import { nodeHash } from './node/hash.ts';
import { NonceStore } from './nonce-store.ts';

function storeOf(name = 'r', limit = 3, lifetimeMs = 1_000) {
  let n = 0;
  return new NonceStore({ hash: nodeHash, random: () => `${name}${++n}`, limit, lifetimeMs });
}

test('a nonce is fresh until its life is over, and nothing is kept of it before it is used', () => {
  const store = storeOf();
  const nonce = store.issue(0);
  for (let i = 0; i < 1_000; i++) store.issue(0);
  expect(store.size).toBe(0);
  expect(store.status(nonce, 1, 1_000)).toBe('fresh');
  expect(store.status(nonce, 1, 1_001)).toBe('expired');
});

test('what we did not issue is unknown, however little was changed', () => {
  const store = storeOf();
  const nonce = store.issue(0);
  const later = nonce.replace(/^0/, '9');
  const other = nonce.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
  for (const foreign of ['', '.', 'x', later, other, nonce.slice(1), storeOf('other').issue(0)]) {
    expect(store.status(foreign, 1, 0)).toBe('unknown');
  }
});

test('no count serves twice, though requests may overtake each other', () => {
  const store = storeOf();
  const nonce = store.issue(0);
  const take = (count: number) => {
    const status = store.status(nonce, count, 0);
    if (status === 'fresh') store.use(nonce, count, 0);
    return status;
  };
  expect([1, 1, 4, 3, 4, 3, 2, 0, 40, 8, 9, 9, 39].map(take)).toEqual([
    'fresh',
    'replayed',
    'fresh',
    'fresh',
    'replayed',
    'replayed',
    'fresh',
    'replayed',
    'fresh',
    'replayed',
    'fresh',
    'replayed',
    'fresh',
  ]);
  expect(take(200)).toBe('fresh');
  expect(take(40)).toBe('replayed');
});

test('it is bounded: what was forgotten is stale, not good for a replay', () => {
  const store = storeOf();
  const nonces = [0, 1, 2, 3, 4].map((now) => store.issue(now));
  for (const nonce of nonces.slice(0, 4)) store.use(nonce, 1, 4);
  expect(store.size).toBe(3);
  expect(store.status(nonces[0] as string, 1, 4)).toBe('expired');
  expect(store.status(nonces[1] as string, 2, 4)).toBe('fresh');
  expect(store.status(nonces[4] as string, 1, 4)).toBe('fresh');
  // Those whose life is over go first, and harm nobody.
  store.use(store.issue(2_000), 1, 2_000);
  expect(store.size).toBe(1);
});
