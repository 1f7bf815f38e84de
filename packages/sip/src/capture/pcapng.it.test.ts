import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inviteSample } from '../testing/invite-sample.ts';
import { type CapturedPacket, pcapng } from './pcapng.ts';

const installed = spawnSync('tshark', ['-v']).status === 0;

function read(file: string, ...args: string[]): string[] {
  const out = execFileSync('tshark', ['-n', '-r', file, ...args], { timeout: 30_000 });
  return out.toString().trim().split('\n');
}

test.skipIf(!installed)(
  `LIN-100 tshark reads the file as SIP with plausible framing${installed ? '' : ' (skipped: tshark is not installed)'}`,
  () => {
    const ends = { address: '192.0.2.1', port: 5060 };
    const base: CapturedPacket = {
      at: 1_760_000_000_123.456,
      direction: 'out',
      transport: 'udp',
      source: ends,
      destination: { address: '198.51.100.7', port: 5060 },
      payload: Buffer.from(inviteSample()),
    };
    const six = { address: '2001:db8::7', port: 5060 };
    const packets: CapturedPacket[] = [
      base,
      {
        ...base,
        at: base.at + 20.5,
        transport: 'tcp',
        destination: { ...base.destination, port: 5070 },
      },
      {
        ...base,
        at: base.at + 40,
        transport: 'tls',
        destination: { ...base.destination, port: 5061 },
      },
      { ...base, at: base.at + 60, source: six, destination: { ...six, address: '2001:db8::8' } },
    ];
    const folder = mkdtempSync(join(tmpdir(), 'trunkline-pcapng-'));
    try {
      const file = join(folder, 'sample.pcapng');
      writeFileSync(file, pcapng(packets));
      const fields = ['frame.time_epoch', 'sip.Method', 'sip.Call-ID', 'udp.port', 'tcp.port'];
      const checks = ['ip', 'udp', 'tcp'].flatMap((p) => ['-o', `${p}.check_checksum:TRUE`]);
      const rows = read(
        file,
        ...checks,
        '-Y',
        'sip',
        '-T',
        'fields',
        ...fields.flatMap((f) => ['-e', f]),
      );
      const callId = '843817637684230-998sdasdh09@192.0.2.30';
      expect(rows.map((row) => row.split('\t').slice(0, 3))).toEqual([
        ['1760000000.123456000', 'INVITE', callId],
        ['1760000000.143956000', 'INVITE', callId],
        ['1760000000.163456000', 'INVITE', callId],
        ['1760000000.183456000', 'INVITE', callId],
      ]);
      // Nothing malformed, no wrong checksum, and one call for the flow diagram.
      const wrong =
        '_ws.malformed || ip.checksum.status == 0 || udp.checksum.status == 0 || tcp.checksum.status == 0';
      expect(read(file, ...checks, '-Y', wrong)).toEqual(['']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
