import { decryptAsNode } from '@trunkline/platform/config-jws.ts';
import type { Logger } from '@trunkline/platform/log.ts';
import type { JWK } from 'jose';

const maxCached = 5000;

/** Opens line passwords with the node's own key. They live in memory only. */
export class LineSecrets {
  private readonly privateJwk: JWK;
  private readonly logger: Logger;
  private readonly opened = new Map<string, string>();

  constructor(privateJwk: JWK, logger: Logger) {
    this.privateJwk = privateJwk;
    this.logger = logger;
  }

  /** The password inside a JWE; null without one, or when it was made for another key. */
  async open(jwe: string | null): Promise<string | null> {
    if (jwe === null) return null;
    const known = this.opened.get(jwe);
    if (known !== undefined) return known;
    try {
      const password = await decryptAsNode(jwe, this.privateJwk);
      const [oldest] = this.opened.keys();
      if (this.opened.size >= maxCached && oldest !== undefined) this.opened.delete(oldest);
      this.opened.set(jwe, password);
      return password;
    } catch (error) {
      this.logger.error(
        { err: error },
        'a line password cannot be opened with the key of this node',
      );
      return null;
    }
  }
}
