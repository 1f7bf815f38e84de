import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram } from '../../harness/processes.ts';
import { tempDir } from '../../harness/temp-dir.ts';

/** Whether Wireshark's command line is installed. */
export function tsharkAvailable(): boolean {
  return findProgram('tshark') !== undefined;
}

/** A SIP message as Wireshark reads it; what it lacks is ''. */
export interface DissectedSip {
  readonly at: number;
  readonly source: string;
  readonly destination: string;
  readonly method: string;
  readonly status: string;
  readonly cseqMethod: string;
  readonly callId: string;
  readonly from: string;
  readonly to: string;
  readonly authorization: string;
  /** What Wireshark finds wrong with it. */
  readonly faults: string;
}

const fields: readonly [keyof DissectedSip | 'sourcePort' | 'destinationPort', string][] = [
  ['at', 'frame.time_epoch'],
  ['source', 'ip.src'],
  ['sourcePort', 'udp.srcport'],
  ['destination', 'ip.dst'],
  ['destinationPort', 'udp.dstport'],
  ['method', 'sip.Method'],
  ['status', 'sip.Status-Code'],
  ['cseqMethod', 'sip.CSeq.method'],
  ['callId', 'sip.Call-ID'],
  ['from', 'sip.from.user'],
  ['to', 'sip.to.user'],
  ['authorization', 'sip.Authorization'],
  ['faults', '_ws.malformed'],
];

/**
 * Every packet of a capture file, dissected as SIP over UDP.
 * @param port of one side, so that Wireshark knows it for SIP
 */
export async function readSipCapture(file: Uint8Array, port: number): Promise<DissectedSip[]> {
  await using folder = await tempDir('capture');
  const path = join(folder.path, 'capture.pcapng');
  await writeFile(path, file);
  const { stdout } = await promisify(execFile)(
    findProgram('tshark') ?? 'tshark',
    [
      ...['-n', '-r', path, '-d', `udp.port==${port},sip`, '-T', 'fields', '-E', 'separator=\t'],
      ...fields.flatMap(([, name]) => ['-e', name]),
    ],
    { timeout: 60_000, maxBuffer: 64 * 1024 * 1024 },
  );
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const values = line.split('\t');
      const of = (name: (typeof fields)[number][0]) =>
        values[fields.findIndex(([key]) => key === name)] ?? '';
      return {
        at: Number(of('at')) * 1000,
        source: `${of('source')}:${of('sourcePort')}`,
        destination: `${of('destination')}:${of('destinationPort')}`,
        method: of('method'),
        status: of('status'),
        cseqMethod: of('cseqMethod'),
        callId: of('callId'),
        from: of('from'),
        to: of('to'),
        authorization: of('authorization'),
        faults: of('faults'),
      };
    });
}
