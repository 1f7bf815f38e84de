import { TrunklineError } from '@trunkline/contracts/errors.ts';
import type { Logger } from '@trunkline/platform/log.ts';
import { type TraceContext, traceparentOf } from '@trunkline/platform/telemetry.ts';

export interface GatewayOptions {
  controlPlaneUrl: string;
  publicUrl: string;
  logger: Logger;
  /** Longest time from the request to the end of the answer, milliseconds. */
  timeoutMs?: number;
  /** The same for a live view (server-sent events), which ends by itself before, milliseconds. */
  liveMs?: number;
  /** Largest body of a request, bytes. */
  maxRequestBytes?: number;
  /** Largest body of an answer, bytes. */
  maxResponseBytes?: number;
  /** Requests on their way at the same time. */
  maxConcurrent?: number;
}

export interface Forwarding {
  clientAddress: string;
  trace: TraceContext;
}

/** Hands requests on to the control plane and streams its answers back. */
export type Gateway = (request: Request, forwarding: Forwarding) => Promise<Response>;

/** Headers that belong to one hop (RFC 9110 §7.6.1), and those the next hop must not be told. */
const hopByHop = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

function endToEnd(headers: Headers): Headers {
  const kept = new Headers(headers);
  for (const named of (headers.get('connection') ?? '').split(','))
    if (/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(named.trim())) kept.delete(named.trim());
  for (const name of hopByHop) kept.delete(name);
  return kept;
}

/** Passes bytes on and fails once there are more than allowed. */
function bounded(limit: number, tooMuch: () => unknown): TransformStream<Uint8Array, Uint8Array> {
  let bytes = 0;
  return new TransformStream({
    transform(chunk, controller) {
      bytes += chunk.byteLength;
      if (bytes > limit) controller.error(tooMuch());
      else controller.enqueue(chunk);
    },
  });
}

/** True for paths only links use; also when spelled with percent-encoding. */
function isLink(pathname: string): boolean {
  try {
    return /^\/v1\/(?:node-)?link\/*$/i.test(decodeURIComponent(pathname));
  } catch {
    return true;
  }
}

export function createGateway(options: GatewayOptions): Gateway {
  const {
    controlPlaneUrl,
    publicUrl,
    logger,
    timeoutMs = 30_000,
    liveMs = 15 * 60_000,
    maxRequestBytes = 1024 * 1024,
    maxResponseBytes = 64 * 1024 * 1024,
    maxConcurrent = 500,
  } = options;
  const origin = new URL(publicUrl);
  let underWay = 0;

  function headersFor(request: Request, { clientAddress, trace }: Forwarding): Headers {
    const headers = endToEnd(request.headers);
    headers.delete('host');
    // The answer is streamed through as it is: no second layer of compression to undo.
    headers.set('accept-encoding', 'identity');
    headers.set('x-forwarded-for', clientAddress);
    headers.set('x-forwarded-proto', origin.protocol.replace(':', ''));
    headers.set('x-forwarded-host', origin.host);
    headers.delete('forwarded');
    headers.set('traceparent', traceparentOf(trace));
    return headers;
  }

  function bodyOf(request: Request, onTooLarge: () => void): ReadableStream<Uint8Array> | null {
    if (!request.body) return null;
    const guard = bounded(maxRequestBytes, () => {
      onTooLarge();
      return new TrunklineError('payload_too_large');
    });
    return request.body.pipeThrough(guard);
  }

  return async (request, forwarding) => {
    const url = new URL(request.url);
    if (isLink(url.pathname)) throw new TrunklineError('not_found');
    if (Number(request.headers.get('content-length') ?? 0) > maxRequestBytes)
      throw new TrunklineError('payload_too_large');
    if (underWay >= maxConcurrent) throw new TrunklineError('unavailable');
    underWay++;
    let tooLarge = false;
    const give = new AbortController();
    const giveUpAfter = (ms: number) => setTimeout(() => give.abort(new Error('timed out')), ms);
    let timer = giveUpAfter(timeoutMs);
    const done = () => {
      clearTimeout(timer);
      underWay--;
    };
    try {
      const init: RequestInit & { duplex: 'half' } = {
        method: request.method,
        headers: headersFor(request, forwarding),
        body: bodyOf(request, () => {
          tooLarge = true;
        }),
        redirect: 'manual',
        signal: AbortSignal.any([give.signal, request.signal]),
        duplex: 'half',
      };
      const answer = await fetch(`${controlPlaneUrl}${url.pathname}${url.search}`, init);
      if (answer.headers.get('content-type')?.startsWith('text/event-stream')) {
        clearTimeout(timer);
        timer = giveUpAfter(liveMs);
      }
      const headers = endToEnd(answer.headers);
      if (!headers.has('x-content-type-options')) headers.set('x-content-type-options', 'nosniff');
      if (!answer.body) {
        done();
        return new Response(null, { status: answer.status, headers });
      }
      const guard = bounded(maxResponseBytes, () => new Error('answer too large'));
      const end = new TransformStream<Uint8Array, Uint8Array>();
      answer.body.pipeThrough(guard).pipeTo(end.writable).then(done, done);
      return new Response(end.readable, { status: answer.status, headers });
    } catch (error) {
      done();
      if (tooLarge) throw new TrunklineError('payload_too_large');
      logger.warn({ err: error, path: url.pathname }, 'control plane not reachable');
      throw new TrunklineError('unavailable', { cause: error });
    }
  };
}
