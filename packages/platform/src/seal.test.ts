import { expect, test } from 'vitest';
import { toBase64Url } from './bytes.ts';
import { createKeyRing, KeyEncryptionKeys, SealError, type WrappedDataKey } from './seal.ts';

const keyText = (id: string, fill: number) => `${id}:${toBase64Url(new Uint8Array(32).fill(fill))}`;

function memoryKeys() {
  const rows = new Map<string, WrappedDataKey[]>();
  return {
    rows,
    load: async (tenantId: string) => rows.get(tenantId) ?? [],
    store: async (tenantId: string, key: WrappedDataKey) => {
      const older = (rows.get(tenantId) ?? []).map((row) => ({ ...row, current: false }));
      rows.set(tenantId, [...older, key]);
    },
  };
}

test('a sealed value opens for its tenant and context only', async () => {
  const kek = await KeyEncryptionKeys.fromSettings(keyText('a', 1));
  const ring = createKeyRing({ kek, ...memoryKeys() });
  const sealed = await ring.seal('ten_a', 'line/lin_1/password', 'secret101');
  expect(sealed).not.toContain('secret101');
  expect(await ring.open('ten_a', 'line/lin_1/password', sealed)).toBe('secret101');
  await expect(ring.open('ten_a', 'line/lin_2/password', sealed)).rejects.toThrow(SealError);
  await ring.seal('ten_b', 'x', 'y');
  await expect(ring.open('ten_b', 'line/lin_1/password', sealed)).rejects.toThrow(SealError);
});

test('one changed character is noticed', async () => {
  const kek = await KeyEncryptionKeys.fromSettings(keyText('a', 1));
  const ring = createKeyRing({ kek, ...memoryKeys() });
  const sealed = await ring.seal('ten_a', 'x', 'value');
  const at = sealed.length - 3;
  const changed = sealed.slice(0, at) + (sealed[at] === 'A' ? 'B' : 'A') + sealed.slice(at + 1);
  await expect(ring.open('ten_a', 'x', changed)).rejects.toThrow(SealError);
});

test('after rotation of the data key, and of the key-encryption key, old values still open', async () => {
  const store = memoryKeys();
  const before = createKeyRing({
    kek: await KeyEncryptionKeys.fromSettings(keyText('a', 1)),
    ...store,
  });
  const old = await before.seal('ten_a', 'x', 'old');
  const newId = await before.rotate('ten_a');
  const fresh = await before.seal('ten_a', 'x', 'fresh');
  expect(fresh.split('.')[1]).toBe(newId);
  expect(old.split('.')[1]).not.toBe(newId);

  const both = await KeyEncryptionKeys.fromSettings(`${keyText('b', 2)},${keyText('a', 1)}`);
  const after = createKeyRing({ kek: both, ...store });
  expect(await after.open('ten_a', 'x', old)).toBe('old');
  await after.rotate('ten_a');
  expect(store.rows.get('ten_a')?.at(-1)?.wrapped.split('.')[1]).toBe('b');
});

test('a ring that cached its keys sees a rotation made elsewhere', async () => {
  const store = memoryKeys();
  const kek = await KeyEncryptionKeys.fromSettings(keyText('a', 1));
  const here = createKeyRing({ kek, ...store });
  await here.seal('ten_a', 'x', 'warm');
  const elsewhere = createKeyRing({ kek, ...store });
  await elsewhere.rotate('ten_a');
  const sealed = await elsewhere.seal('ten_a', 'x', 'new');
  expect(await here.open('ten_a', 'x', sealed)).toBe('new');
});

test.each(['', 'nocolon', 'a:c2hvcnQ', ':x'])('malformed key text %j is refused', async (text) => {
  await expect(KeyEncryptionKeys.fromSettings(text)).rejects.toThrow();
});
