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
    const none = () => Promise.resolve({ records: [] });
    const resolver = new PbxResolver({
      naptr: none,
      srv: none,
      addresses: () => Promise.resolve({ records: [address] }),
    });
    const looked = resolver.addresses('pbx.example', 4);
    await expect(looked).rejects.toThrow('cannot be a telephone system');
    expect(resolver.failureOf('pbx.example')).toContain('cannot be a telephone system');
  },
);
