import type { MediaNodeId } from '@trunkline/contracts/ids.ts';
import {
  type EdgeToNode,
  edgeToNode,
  linkVersion,
  type NodeToEdge,
} from '@trunkline/contracts/link.ts';
import { systemClock } from '@trunkline/platform/clock.ts';
import { signLinkAssertion } from '@trunkline/platform/link-assertion.ts';
import { connectLink, type Link } from '@trunkline/platform/link-client.ts';
import { createLogger } from '@trunkline/platform/log.ts';
import type { SigningKey } from '@trunkline/platform/tokens.ts';

/** A media node without telephony: speaks the real link protocol with a real key. */
export interface LinkNode {
  readonly id: MediaNodeId;
  readonly key: SigningKey;
  readonly received: EdgeToNode[];
  readonly link: Link;
  send(frame: NodeToEdge): void;
  /** Says again whom it serves, after each welcome too. */
  serve(tenants: (NodeToEdge & { t: 'serving' })['tenants']): void;
  close(): void;
}

export function startLinkNode(options: {
  id: MediaNodeId;
  key: SigningKey;
  edgeUrl: string;
  /** Answers a command; by default with `{}`. */
  onCommand?: (command: EdgeToNode & { t: 'command' }) => object;
}): LinkNode {
  const { id, key, edgeUrl, onCommand = () => ({}) } = options;
  const received: EdgeToNode[] = [];
  let serving: (NodeToEdge & { t: 'serving' })['tenants'] | undefined;
  const link = connectLink({
    url: `${edgeUrl.replace(/^http/, 'ws')}/v1/node-link`,
    hello: async () => ({
      t: 'hello',
      version: linkVersion,
      role: 'node',
      id,
      bootEpoch: 1_000,
      assertion: await signLinkAssertion({
        id,
        audience: 'edge',
        privateJwk: key.privateJwk,
        clock: systemClock,
      }),
      capabilities: [],
    }),
    onWelcome: () => serving && link.send({ t: 'serving', tenants: serving }),
    onFrame(raw) {
      const frame = edgeToNode.parse(raw);
      received.push(frame);
      if (frame.t === 'command')
        link.send({ t: 'result', id: frame.id, ok: true, data: onCommand(frame), code: null });
    },
    onDown: () => undefined,
    logger: createLogger({ name: 'link-node', level: 'error' }),
    clock: systemClock,
  });
  return {
    id,
    key,
    received,
    link,
    send: (frame) => link.send(frame),
    serve(tenants) {
      serving = tenants;
      link.send({ t: 'serving', tenants });
    },
    close: () => link.close(),
  };
}
