import {
  type Context,
  context,
  propagation,
  type Span,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';

const tracer = () => trace.getTracer('trunkline');

/** W3C Trace Context of one request or command. */
export interface TraceContext {
  traceId: string;
  spanId: string;
  sampled: boolean;
}

const traceparentPattern = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

function randomHex(bytes: number): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}

/** Continues the caller's trace with a new span id, or starts a trace (W3C Trace Context §3.2). */
export function traceFrom(traceparent: string | null | undefined): TraceContext {
  const match = traceparentPattern.exec(traceparent ?? '');
  const [traceId, flags] = [match?.[1], match?.[3]];
  const valid = traceId !== undefined && !/^0+$/.test(traceId);
  return {
    traceId: valid ? traceId : randomHex(16),
    spanId: randomHex(8),
    sampled: valid ? (Number.parseInt(flags ?? '0', 16) & 1) === 1 : true,
  };
}

/** The `traceparent` header of a trace context. */
export function traceparentOf(trace: TraceContext): string {
  return `00-${trace.traceId}-${trace.spanId}-${trace.sampled ? '01' : '00'}`;
}

/**
 * Runs work inside an OpenTelemetry span; errors mark the span and go on. Without an installed
 * SDK this costs next to nothing.
 */
export async function withSpan<T>(
  name: string,
  attributes: Record<string, string | number | boolean>,
  parent: TraceContext | undefined,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  let base: Context = context.active();
  if (parent) base = propagation.extract(base, { traceparent: traceparentOf(parent) });
  return tracer().startActiveSpan(name, { attributes }, base, async (span) => {
    try {
      return await work(span);
    } catch (error) {
      span.recordException(error instanceof Error ? error : String(error));
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}
