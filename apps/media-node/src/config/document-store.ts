import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ConfigDocument, supersedes } from '@trunkline/contracts/node-config.ts';
import { verifyConfig } from '@trunkline/platform/config-jws.ts';
import type { Logger } from '@trunkline/platform/log.ts';
import type { JSONWebKeySet } from 'jose';
import { openFolder, replaceFile } from '../durable-file.ts';

/** What the control plane is told about a document (`config.result`). */
export interface ConfigResult {
  section: string;
  epoch: number;
  version: number;
  ok: boolean;
  error: string | null;
}

export interface DocumentStore {
  /** Sections held with their epoch and version (`config.have`). */
  have(): Record<string, { epoch: number; version: number }>;
  /** Documents in force; withdrawn sections are left out. */
  documents(): ConfigDocument[];
  /**
   * Takes a signed document: verified, checked, on disk before it is in force. Null when it is not
   * a trustworthy document for this node at all, so that nothing in it may be repeated.
   */
  accept(jws: string): Promise<ConfigResult | null>;
}

export interface DocumentStoreOptions {
  folder: string;
  /** The node's id: documents made for others are refused. */
  audience: string;
  /** Pinned keys of the control plane. */
  keys: JSONWebKeySet;
  /** Why a payload cannot be used, or null when it can. */
  check: (document: ConfigDocument) => string | null;
  /** A document came into force. */
  onChange: (document: ConfigDocument) => void;
  logger: Logger;
}

const extension = '.jws';

/**
 * Signed configuration documents, the last good one per section kept on disk. Opening the store
 * needs no control plane: a node starts with what it knew last.
 */
export async function openDocumentStore(options: DocumentStoreOptions): Promise<DocumentStore> {
  const { folder, audience, keys, check, onChange, logger } = options;
  const held = new Map<string, ConfigDocument>();

  for (const name of await openFolder(folder, extension)) {
    try {
      const jws = await readFile(join(folder, name), 'utf8');
      const document = await verifyConfig(jws, keys, { audience });
      if (fileName(document.section) !== name) throw new Error('file and section do not match');
      held.set(document.section, document);
    } catch (error) {
      logger.error({ file: name, err: error }, 'stored configuration document is unusable');
    }
  }

  async function take(jws: string): Promise<ConfigResult | null> {
    let document: ConfigDocument;
    try {
      document = await verifyConfig(jws, keys, { audience });
    } catch (error) {
      logger.error({ err: error }, 'configuration document refused');
      return null;
    }
    const { section, epoch, version } = document;
    const refuse = (error: string): ConfigResult => {
      logger.error({ section, epoch, version, reason: error }, 'configuration document refused');
      return { section, epoch, version, ok: false, error };
    };
    const current = held.get(section);
    if (current?.epoch === epoch && current.version === version)
      return { section, epoch, version, ok: true, error: null };
    if (!supersedes(document, current))
      return refuse(`older than the document held (${current?.epoch}.${current?.version})`);
    const wrong = document.payload === null ? null : check(document);
    if (wrong !== null) return refuse(wrong.slice(0, 500));
    // A withdrawn section stays on disk too: an older document must not bring it back.
    await replaceFile(join(folder, fileName(section)), jws);
    held.set(section, document);
    logger.info({ section, epoch, version }, 'configuration in force');
    onChange(document);
    return { section, epoch, version, ok: true, error: null };
  }

  // One after the other: two documents of a section must not overtake each other on disk.
  let last: Promise<unknown> = Promise.resolve();
  return {
    have: () =>
      Object.fromEntries(
        [...held].map(([section, { epoch, version }]) => [section, { epoch, version }]),
      ),
    documents: () => [...held.values()].filter((document) => document.payload !== null),
    accept(jws) {
      const result = last.then(() => take(jws));
      last = result.catch(() => undefined);
      return result;
    },
  };
}

/** Section names are the control plane's; a hash keeps them out of path syntax. */
function fileName(section: string): string {
  return `${createHash('sha256').update(section).digest('hex').slice(0, 32)}${extension}`;
}
