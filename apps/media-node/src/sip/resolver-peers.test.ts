import { isPeerAddress } from '@trunkline/contracts/peer-address.ts';
import { expect, test } from 'vitest';
import { PbxResolver } from './resolver.ts';

test.each(['127.0.0.1', '10.1.2.3', '192.168.1.1', '203.0.113.7', '223.255.255.255'])(
  '%s may be a PBX',
  (address) => {
    expect(isPeerAddress(address)).toBe(true);
  },
);

test.each(['0.0.0.0', '169.254.169.254', '224.0.0.1', '239.1.1.1', '255.255.255.255', '240.0.0.1'])(
  '%s cannot be a PBX, however it is written',
  async (address) => {
    expect(isPeerAddress(address)).toBe(false);
    const resolver = new PbxResolver();
    await expect(resolver.resolve(address)).rejects.toThrow('cannot be a telephone system');
    expect(resolver.failureOf(address)).toContain('cannot be a telephone system');
  },
);
