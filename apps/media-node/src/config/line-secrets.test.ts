import { encryptForNode } from '@trunkline/platform/config-jws.ts';
import { createLogger } from '@trunkline/platform/log.ts';
import { makeIdentity } from '@trunkline/platform/node/identity-file.ts';
import { expect, test } from 'vitest';
import { LineSecrets } from './line-secrets.ts';

test('a password opens with the own key only, and never stands in a log', async () => {
  const lines: string[] = [];
  const logger = createLogger({ name: 'test', level: 'debug', write: (line) => lines.push(line) });
  const [mine, other] = [await makeIdentity('node'), await makeIdentity('node')];
  if (!mine.encryption || !other.encryption) throw new Error('no keys');
  const secrets = new LineSecrets(mine.encryption.privateJwk, logger);
  const jwe = await encryptForNode('geheim-4711', mine.encryption.publicJwk);
  expect(await secrets.open(jwe)).toBe('geheim-4711');
  expect(await secrets.open(jwe)).toBe('geheim-4711');
  expect(await secrets.open(null)).toBeNull();
  expect(await secrets.open(await encryptForNode('x', other.encryption.publicJwk))).toBeNull();
  expect(lines.join('')).not.toContain('geheim-4711');
  expect(lines).toHaveLength(1);
});
