import type { ConfigDocument } from '@trunkline/contracts/node-config.ts';
import { supersedes } from '@trunkline/contracts/node-config.ts';
import { expect, test } from 'vitest';
import { decryptAsNode, encryptForNode, signConfig, verifyConfig } from './config-jws.ts';
import { makeIdentity } from './node/identity-file.ts';
import { generateSigningKey } from './tokens.ts';

const document: ConfigDocument = {
  audience: 'mno_a',
  section: 'tenant/ten_a',
  epoch: 1,
  version: 7,
  issuedAt: '2026-11-23T09:00:00.000Z',
  payload: { lines: [] },
};

test('a configuration document is taken from the pinned key for its own audience only', async () => {
  const key = await generateSigningKey();
  const jws = await signConfig(document, key);
  const keys = { keys: [key.publicJwk] };
  expect(await verifyConfig(jws, keys, { audience: 'mno_a' })).toEqual(document);
  await expect(verifyConfig(jws, keys, { audience: 'mno_b' })).rejects.toThrow('somebody else');
  const stranger = await generateSigningKey();
  await expect(
    verifyConfig(jws, { keys: [stranger.publicJwk] }, { audience: 'mno_a' }),
  ).rejects.toThrow();
  const [header, , signature] = jws.split('.');
  const forged = btoa(JSON.stringify({ ...document, version: 8 })).replace(/=+$/, '');
  await expect(
    verifyConfig(`${header}.${forged}.${signature}`, keys, { audience: 'mno_a' }),
  ).rejects.toThrow();
});

test('a lower version counts only with a higher epoch', () => {
  const held = { epoch: 2, version: 5 };
  expect(supersedes({ epoch: 2, version: 6 }, held)).toBe(true);
  expect(supersedes({ epoch: 2, version: 5 }, held)).toBe(false);
  expect(supersedes({ epoch: 2, version: 4 }, held)).toBe(false);
  expect(supersedes({ epoch: 1, version: 9 }, held)).toBe(false);
  expect(supersedes({ epoch: 3, version: 1 }, held)).toBe(true);
  expect(supersedes({ epoch: 1, version: 1 }, undefined)).toBe(true);
});

test("a trunk secret opens with the one node's key", async () => {
  const [mine, other] = [await makeIdentity('node'), await makeIdentity('node')];
  if (!mine.encryption || !other.encryption) throw new Error('a node has an encryption key');
  const jwe = await encryptForNode('secret101', mine.encryption.publicJwk);
  expect(jwe).not.toContain('secret101');
  expect(await decryptAsNode(jwe, mine.encryption.privateJwk)).toBe('secret101');
  await expect(decryptAsNode(jwe, other.encryption.privateJwk)).rejects.toThrow();
});
