import { currentLanguage } from '../i18n/i18n.ts';
import { ApiError, asProblem } from './errors.ts';

export type Fetch = (input: string, init: RequestInit) => Promise<Response>;

export interface JsonRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** Longest wait for an answer, milliseconds. */
const patience = 20_000;

/**
 * One HTTP exchange in JSON; POST carries an Idempotency-Key.
 * @throws ApiError with the code of the problem document, or `unavailable` when nobody answered
 */
export async function fetchJson<T>(fetch: Fetch, request: JsonRequest): Promise<T> {
  const headers: Record<string, string> = {
    accept: 'application/json',
    'accept-language': currentLanguage(),
    ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(request.method === 'POST' ? { 'idempotency-key': crypto.randomUUID() } : {}),
    ...request.headers,
  };
  const timeout = AbortSignal.timeout(patience);
  let response: Response;
  let text: string;
  try {
    response = await fetch(request.path, {
      method: request.method,
      headers,
      credentials: 'same-origin',
      cache: 'no-store',
      signal: request.signal ? AbortSignal.any([request.signal, timeout]) : timeout,
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
    });
    text = await response.text();
  } catch (error) {
    if (request.signal?.aborted) throw error;
    throw new ApiError('unavailable', { unreachable: true, cause: error });
  }
  const body = parseJson(text);
  if (!response.ok) {
    const after = Number(response.headers.get('retry-after'));
    throw new ApiError(asProblem(body, response.status).code, {
      problem: asProblem(body, response.status),
      unreachable: response.status === 502 || response.status === 504,
      retryAfterSeconds: after > 0 ? after : null,
    });
  }
  if (text !== '' && body === undefined)
    throw new ApiError('unavailable', { unreachable: true, cause: new Error('not JSON') });
  return body as T;
}

function parseJson(text: string): unknown {
  try {
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}
