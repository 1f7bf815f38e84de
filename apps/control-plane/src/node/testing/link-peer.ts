import {
  type ControlToEdge,
  type ControlToNode,
  linkSubprotocol,
  linkVersion,
} from '@trunkline/contracts/link.ts';
import { systemClock } from '@trunkline/platform/clock.ts';
import type { NodeIdentity } from '@trunkline/platform/identity.ts';
import { type LinkAudience, signLinkAssertion } from '@trunkline/platform/link-assertion.ts';
import { waitFor } from '../../../../../e2e/harness/wait-for.ts';

type Frame = ControlToNode | ControlToEdge;
type FrameOf<T extends Frame['t']> = Extract<Frame, { t: T }>;

/** A node or edge that says what a test wants, over a real socket. */
export interface LinkPeer {
  readonly frames: Frame[];
  /** Set when the other side closed. */
  readonly end: { code: number; reason: string } | undefined;
  send(frame: object | string): void;
  /** The first frame of a kind (that fits), taken out of `frames`. */
  next<T extends Frame['t']>(t: T, fits?: (frame: FrameOf<T>) => boolean): Promise<FrameOf<T>>;
  ended(): Promise<{ code: number; reason: string }>;
  close(): void;
}

/** A hello of this identity; `changes` or another audience make it a wrong one. */
export async function helloOf(
  identity: NodeIdentity,
  changes: object = {},
  audience: LinkAudience = 'control-plane',
): Promise<object> {
  return {
    t: 'hello',
    version: linkVersion,
    role: identity.role,
    id: identity.id,
    bootEpoch: 1,
    assertion: await signLinkAssertion({
      id: identity.id,
      audience,
      privateJwk: identity.signing.privateJwk,
      clock: systemClock,
    }),
    capabilities: [],
    ...changes,
  };
}

/** Dials and sends `hello`, whatever it is. */
export async function dial(port: number, hello: object | string): Promise<LinkPeer> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/v1/link`, linkSubprotocol);
  const frames: Frame[] = [];
  let end: LinkPeer['end'];
  socket.addEventListener('message', ({ data }) => frames.push(JSON.parse(String(data)) as Frame));
  socket.addEventListener('close', ({ code, reason }) => {
    end = { code, reason };
  });
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve);
    socket.addEventListener('error', reject);
  });
  const send = (frame: object | string) =>
    socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  send(hello);
  return {
    frames,
    get end() {
      return end;
    },
    send,
    next: <T extends Frame['t']>(t: T, fits: (frame: FrameOf<T>) => boolean = () => true) =>
      waitFor(
        `a frame ${t}`,
        () => {
          const at = frames.findIndex((frame) => frame.t === t && fits(frame as FrameOf<T>));
          return at < 0 ? undefined : (frames.splice(at, 1)[0] as FrameOf<T>);
        },
        { explain: () => JSON.stringify({ end, frames: frames.map((frame) => frame.t) }) },
      ),
    ended: () => waitFor('the end of the link', () => end),
    close: () => socket.close(),
  };
}
