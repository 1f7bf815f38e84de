import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConfigDocument } from '@trunkline/contracts/node-config.ts';
import { signConfig } from '@trunkline/platform/config-jws.ts';
import { createLogger } from '@trunkline/platform/log.ts';
import { generateSigningKey } from '@trunkline/platform/tokens.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDocumentStore } from './document-store.ts';

const logger = createLogger({ name: 'test', level: 'error', write: () => undefined });
const key = await generateSigningKey();
const otherKey = await generateSigningKey();
const audience = 'mno_01jd3zq7w4e6v8t0n5m2k9h3xa';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tl-config-'));
});
afterEach(() => rm(folder, { recursive: true }));

function document(epoch: number, version: number, payload: unknown = { ok: true }): ConfigDocument {
  return {
    audience,
    section: 'tenant/a',
    epoch,
    version,
    issuedAt: '2026-11-23T09:00:00.000Z',
    payload,
  };
}

async function open(check: (document: ConfigDocument) => string | null = () => null) {
  const changes: ConfigDocument[] = [];
  const store = await openDocumentStore({
    folder,
    audience,
    keys: { keys: [key.publicJwk] },
    check,
    onChange: (changed) => changes.push(changed),
    logger,
  });
  return { store, changes };
}

describe('signed configuration documents', () => {
  test('a newer version is taken, the same again is fine, an older one is refused', async () => {
    const { store, changes } = await open();
    expect(await store.accept(await signConfig(document(1, 2), key))).toMatchObject({ ok: true });
    expect(await store.accept(await signConfig(document(1, 2), key))).toMatchObject({ ok: true });
    const older = await store.accept(await signConfig(document(1, 1), key));
    expect(older).toMatchObject({ ok: false, version: 1 });
    expect(older?.error).toContain('older');
    expect(changes.map((change) => change.version)).toEqual([2]);
  });

  test('an explicit restore (higher epoch) may bring a lower version', async () => {
    const { store } = await open();
    await store.accept(await signConfig(document(1, 9), key));
    expect(await store.accept(await signConfig(document(2, 3), key))).toMatchObject({ ok: true });
    expect(store.have()).toEqual({ 'tenant/a': { epoch: 2, version: 3 } });
  });

  test('tampered, foreign-signed and misaddressed documents are refused without an answer', async () => {
    const { store, changes } = await open();
    const good = await signConfig(document(1, 1), key);
    const [head, , signature] = good.split('.');
    const forged = Buffer.from(JSON.stringify(document(1, 1, { evil: true }))).toString(
      'base64url',
    );
    expect(await store.accept(`${head}.${forged}.${signature}`)).toBeNull();
    expect(await store.accept(await signConfig(document(1, 1), otherKey))).toBeNull();
    const elsewhere = { ...document(1, 1), audience: 'mno_01jd3zq7w4e6v8t0n5m2k9h3xb' };
    expect(await store.accept(await signConfig(elsewhere, key))).toBeNull();
    expect(await store.accept('not a jws')).toBeNull();
    expect(changes).toEqual([]);
    expect(await readdir(folder)).toEqual([]);
  });

  test('a document that cannot be used leaves the last good one in force', async () => {
    const { store } = await open((candidate) => (candidate.version > 1 ? 'no such field' : null));
    await store.accept(await signConfig(document(1, 1), key));
    const result = await store.accept(await signConfig(document(1, 2), key));
    expect(result).toMatchObject({ ok: false, error: 'no such field' });
    expect(store.documents().map((held) => held.version)).toEqual([1]);
  });

  test('a restarted node starts from disk; what was damaged there is left out', async () => {
    const { store } = await open();
    await store.accept(await signConfig(document(1, 4), key));
    await store.accept(await signConfig({ ...document(1, 7), section: 'tenant/b' }, key));
    const [first] = await readdir(folder);
    const path = join(folder, first ?? '');
    await writeFile(path, (await readFile(path, 'utf8')).slice(0, -3));
    const again = await open();
    expect(again.store.documents()).toHaveLength(1);
  });

  test('a withdrawn section stays withdrawn against older documents, also after a restart', async () => {
    const { store, changes } = await open();
    await store.accept(await signConfig(document(1, 1), key));
    await store.accept(await signConfig(document(1, 2, null), key));
    expect(changes.at(-1)?.payload).toBeNull();
    const again = await open();
    expect(again.store.documents()).toEqual([]);
    expect(await again.store.accept(await signConfig(document(1, 1), key))).toMatchObject({
      ok: false,
    });
  });
});
