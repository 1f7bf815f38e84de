import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, freePorts } from '../../harness/ports.ts';
import { findProgram, type RunningProcess, startProcess } from '../../harness/processes.ts';
import { tempDir } from '../../harness/temp-dir.ts';
import { waitFor } from '../../harness/wait-for.ts';
import type { Certificate } from '../tls/authority.ts';
import { RPC_PATH, renderKamailioConfig } from './config.ts';
import {
  describeSipRecord,
  matchesSipRecord,
  parseSipLine,
  type SipRecord,
  type SipRecordMatch,
} from './sip-log.ts';

const KEPT_RECORDS = 10_000;
const MODULE_PATH = `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu/kamailio/modules/`;

/** What kind of telephone system to start. */
export interface KamailioOptions {
  /** Password by user. */
  readonly users: Readonly<Record<string, string>>;
  /** Further numbers: dialled number → user whose phone rings. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** Digest realm; default `pbx.test`. */
  readonly realm?: string;
  /** Digest algorithm; default `MD5`, as most telephone systems have it (and all baresip can). */
  readonly algorithm?: 'MD5' | 'SHA-256';
  /** Seconds a nonce stays good; default 60. */
  readonly nonceSeconds?: number;
  /** Bounds and default of a registration's life in seconds; default 10, 3600, 60. */
  readonly expires?: { readonly min: number; readonly max: number; readonly default: number };
  /** Also over TLS, with this certificate. */
  readonly tls?: Certificate;
  /** Numbers of a registered trunk: dialled number → user whose contact takes it. */
  readonly trunkUsers?: Readonly<Record<string, string>>;
  /** Numbers of a fixed-IP trunk: dialled number → SIP URI of the far end. */
  readonly trunkUris?: Readonly<Record<string, string>>;
  /** Seconds until an unanswered call is given up; default 120. */
  readonly ringSeconds?: number;
}

/** One registration in Kamailio's location table. */
export interface Contact {
  readonly uri: string;
  /** Seconds until it runs out. */
  readonly expires: number;
  readonly userAgent: string;
  readonly callId: string;
  readonly cseq: number;
}

/** A running Kamailio that plays a customer's telephone system. */
export interface Kamailio extends AsyncDisposable {
  readonly host: '127.0.0.1';
  /** Port of both UDP and TCP; it outlives `restart`. */
  readonly port: number;
  /** Port of TLS, if it was asked for. */
  readonly tlsPort: number | undefined;
  /** Port of UDP and TCP for fixed-IP trunks; TLS is one above it. */
  readonly trunkPort: number;
  /** `127.0.0.1:PORT` */
  readonly address: string;
  readonly realm: string;
  /**
   * Every SIP message received, and every final reply the configuration sends, oldest first, over
   * all restarts. Not in it: `100 trying`, and 408 for a call nobody has answered in time.
   */
  readonly records: readonly SipRecord[];
  /** Bindings of a user now; none if not registered. */
  registered(user: string): Promise<readonly Contact[]>;
  /** Drops a user's registration behind its back, as a restart of a telephone system does. */
  unregister(user: string): Promise<void>;
  /** Answers every new request of a method with this status from now on; `undefined` ends that. */
  refuse(method: string, status: number | undefined): Promise<void>;
  /** All records so far that match. */
  find(match: SipRecordMatch): readonly SipRecord[];
  /** The first record, past or coming, that matches; from `since` (an index of `records`) on. */
  waitFor(match: SipRecordMatch, options?: RecordWait): Promise<SipRecord>;
  /** Sends itself a JSON-RPC command, such as `core.uptime`. */
  rpc(method: string, params?: readonly unknown[]): Promise<unknown>;
  /** SIGKILL to all its processes. */
  kill9(): Promise<void>;
  /** Ends it if it still runs, and starts it again on the same port, its registrations forgotten. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Bounds of a wait for a SIP message. */
export interface RecordWait {
  /** Looks only at records from this index on; default 0. */
  readonly since?: number;
  /** Hang guard in milliseconds; default 10,000. */
  readonly timeoutMs?: number;
}

/** Whether Kamailio is installed. */
export function kamailioAvailable(): boolean {
  return findProgram('kamailio') !== undefined;
}

/** Starts a Kamailio of one's own on free ports of 127.0.0.1; works as root and as any user. */
export async function startKamailio(options: KamailioOptions): Promise<Kamailio> {
  const command = findProgram('kamailio');
  if (!command) throw new Error('kamailio is not installed');
  const port = await freePort();
  const realm = options.realm ?? 'pbx.test';
  const dir = await tempDir('kamailio');
  const file = join(dir.path, 'kamailio.cfg');
  const trunkPort = await freePorts(2);
  const tls = options.tls && {
    port: await freePort(),
    keyFile: join(dir.path, 'key.pem'),
    certFile: join(dir.path, 'cert.pem'),
  };
  if (options.tls && tls) {
    await writeFile(tls.keyFile, options.tls.key, { mode: 0o600 });
    await writeFile(tls.certFile, options.tls.cert);
  }
  await writeFile(
    file,
    renderKamailioConfig({
      port,
      realm,
      modulePath: MODULE_PATH,
      algorithm: options.algorithm ?? 'MD5',
      users: options.users,
      aliases: options.aliases ?? {},
      tls,
      trunkPort,
      trunkUsers: options.trunkUsers ?? {},
      trunkUris: options.trunkUris ?? {},
      nonceSeconds: options.nonceSeconds ?? 60,
      expires: options.expires ?? { min: 10, max: 3_600, default: 60 },
      ringSeconds: options.ringSeconds ?? 120,
    }),
    // It holds passwords.
    { mode: 0o600 },
  );
  const records: SipRecord[] = [];

  const launch = async (): Promise<RunningProcess> => {
    const started = await startProcess({
      name: 'kamailio',
      command,
      // In the foreground, 16 MB shared and 4 MB private memory, all files in its own folder.
      args: ['-f', file, '-DD', '-E', '-m', '16', '-M', '4', '-Y', dir.path, '-w', dir.path],
      cwd: dir.path,
    });
    started.onLine((line) => {
      const record = parseSipLine(line);
      if (!record) return;
      if (records.length < KEPT_RECORDS) records.push(record);
    });
    try {
      await waitFor(
        'kamailio to answer',
        async () => started.exit !== undefined || (await callRpc('core.uptime', [])) !== undefined,
      );
      if (started.exit) throw new Error('kamailio ended at once');
    } catch (error) {
      await started.kill9();
      throw new Error(`${String(error)}\n${started.tail()}`, { cause: error });
    }
    return started;
  };

  const callRpc = async (method: string, params: readonly unknown[]): Promise<unknown> => {
    const response = await fetch(`http://127.0.0.1:${port}${RPC_PATH}`, {
      method: 'POST',
      // Kamailio closes idle connections when it likes; a new one each time never meets that.
      headers: { 'content-type': 'application/json', connection: 'close' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
      signal: AbortSignal.timeout(3_000),
    });
    return parseReply(method, await response.text());
  };

  let running = await launch().catch(async (error: unknown) => {
    await dir.remove();
    throw error;
  });

  const kamailio: Kamailio = {
    host: '127.0.0.1',
    port,
    tlsPort: tls?.port,
    trunkPort,
    address: `127.0.0.1:${port}`,
    realm,
    records,
    rpc: (method, params = []) => callRpc(method, params),
    async registered(user) {
      return parseContacts(
        await callRpc('ul.lookup', ['location', user]).catch(undefinedIfNotFound),
      );
    },
    async unregister(user) {
      await callRpc('ul.rm', ['location', user]).catch(undefinedIfNotFound);
    },
    async refuse(method, status) {
      if (status === undefined) await callRpc('htable.delete', ['refused', method]);
      else await callRpc('htable.seti', ['refused', method, status]);
    },
    find: (match) => records.filter((record) => matchesSipRecord(record, match)),
    waitFor: (match, wait = {}) =>
      waitFor(
        `a SIP message like ${JSON.stringify(match)}`,
        () => records.slice(wait.since ?? 0).find((record) => matchesSipRecord(record, match)),
        {
          ...(wait.timeoutMs === undefined ? {} : { timeoutMs: wait.timeoutMs }),
          explain: () => records.slice(-30).map(describeSipRecord).join('\n'),
        },
      ),
    async kill9() {
      await running.kill9();
    },
    async restart() {
      await running.stop();
      running = await launch();
    },
    async stop() {
      await running.stop();
      await dir.remove();
    },
    async [Symbol.asyncDispose]() {
      await kamailio.stop();
    },
  };
  return kamailio;
}

class RpcError extends Error {
  constructor(method: string, message: string) {
    super(`${method}: ${message}`);
    this.name = 'RpcError';
  }
}

function undefinedIfNotFound(error: unknown): undefined {
  if (error instanceof RpcError && error.message.endsWith('not found in location table')) {
    return undefined;
  }
  throw error;
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && name in value
    ? Reflect.get(value, name)
    : undefined;
}

function parseReply(method: string, text: string): unknown {
  const reply: unknown = JSON.parse(text);
  const error = field(reply, 'error');
  if (error === undefined) return field(reply, 'result');
  throw new RpcError(method, String(field(error, 'message')));
}

function parseContacts(result: unknown): readonly Contact[] {
  const contacts = field(result, 'Contacts');
  if (!Array.isArray(contacts)) return [];
  return contacts.map((entry: unknown) => {
    const contact = field(entry, 'Contact');
    return {
      uri: String(field(contact, 'Address')),
      expires: Number(field(contact, 'Expires')),
      userAgent: String(field(contact, 'User-Agent')),
      callId: String(field(contact, 'Call-ID')),
      cseq: Number(field(contact, 'CSeq')),
    };
  });
}
