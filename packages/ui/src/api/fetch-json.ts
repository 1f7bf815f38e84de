import { currentLanguage } from '../i18n/i18n.ts';
import { ApiError, asProblem } from './errors.ts';

export type Fetch = (input: string, init: RequestInit) => Promise<Response>;

export interface JsonRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  body?: unknown;
  /** A file instead of JSON. */
  file?: { readonly text: string; readonly contentType: string };
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** Longest wait for an answer, milliseconds. */
const patience = 20_000;
/** Longest wait while a file goes up or comes down, milliseconds. */
const patienceForFiles = 120_000;

/** A file the API answered with. */
export interface ApiFile {
  readonly blob: Blob;
  /** As the service calls it, from Content-Disposition (RFC 6266). */
  readonly fileName: string;
}

/**
 * One HTTP exchange in JSON; POST carries an Idempotency-Key.
 * @throws ApiError with the code of the problem document, or `unavailable` when nobody answered
 */
export async function fetchJson<T>(fetch: Fetch, request: JsonRequest): Promise<T> {
  const { text } = await exchange(fetch, request, async (response) => ({
    text: await response.text(),
  }));
  const body = parseJson(text);
  if (text !== '' && body === undefined)
    throw new ApiError('unavailable', { unreachable: true, cause: new Error('not JSON') });
  return body as T;
}

/** One HTTP exchange that answers with a file. @throws ApiError */
export function fetchFile(fetch: Fetch, request: JsonRequest): Promise<ApiFile> {
  return exchange(
    fetch,
    { ...request, headers: { accept: '*/*', ...request.headers } },
    async (response) => ({
      blob: await response.blob(),
      fileName: fileNameOf(response.headers.get('content-disposition')),
    }),
    patienceForFiles,
  );
}

/**
 * One HTTP exchange whose answer goes on for as long as the reader likes; only its beginning is
 * waited for in vain. @throws ApiError
 */
export function fetchStream(
  fetch: Fetch,
  request: JsonRequest,
): Promise<ReadableStream<Uint8Array>> {
  return exchange(
    fetch,
    { ...request, headers: { accept: 'text/event-stream', ...request.headers } },
    async ({ body }) => {
      if (!body) throw new Error('an answer without body');
      return body;
    },
  );
}

/** The quoted or bare `filename` of a Content-Disposition; `download` when it names none. */
export function fileNameOf(disposition: string | null): string {
  const [, quoted, bare] = /filename="([^"]*)"|filename=([^;\s]+)/i.exec(disposition ?? '') ?? [];
  // Only the last part of a path, so that no answer chooses a folder.
  return (quoted ?? bare ?? '').split(/[\\/]/).pop() || 'download';
}

async function exchange<T>(
  fetch: Fetch,
  request: JsonRequest,
  read: (response: Response) => Promise<T>,
  longest = request.file ? patienceForFiles : patience,
): Promise<T> {
  const headers: Record<string, string> = {
    accept: 'application/json',
    'accept-language': currentLanguage(),
    ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(request.file ? { 'content-type': request.file.contentType } : {}),
    ...(request.method === 'POST' ? { 'idempotency-key': crypto.randomUUID() } : {}),
    ...request.headers,
  };
  const late = new AbortController();
  const timer = setTimeout(
    () => late.abort(new DOMException('no answer', 'TimeoutError')),
    longest,
  );
  const body =
    request.file?.text ?? (request.body === undefined ? undefined : JSON.stringify(request.body));
  let response: Response;
  let failure = '';
  try {
    response = await fetch(request.path, {
      method: request.method,
      headers,
      credentials: 'same-origin',
      cache: 'no-store',
      signal: request.signal ? AbortSignal.any([request.signal, late.signal]) : late.signal,
      ...(body === undefined ? {} : { body }),
    });
    if (response.ok) return await read(response);
    failure = await response.text();
  } catch (error) {
    if (request.signal?.aborted) throw error;
    throw new ApiError('unavailable', { unreachable: true, cause: error });
  } finally {
    // What is still to come of a stream is the reader's to wait for.
    clearTimeout(timer);
  }
  const problem = asProblem(parseJson(failure), response.status);
  const after = Number(response.headers.get('retry-after'));
  throw new ApiError(problem.code, {
    problem,
    unreachable: response.status === 502 || response.status === 504,
    retryAfterSeconds: after > 0 ? after : null,
  });
}

function parseJson(text: string): unknown {
  try {
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}
