import { randomUUID } from 'node:crypto';

/** An answer of the API, whatever its status. */
export interface ApiAnswer<T = unknown> {
  status: number;
  body: T;
  headers: Headers;
}

/** Plain HTTP client for call scripts; unlike the product's it hands out every status. */
export interface ApiClient {
  request<T = unknown>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<ApiAnswer<T>>;
  /** @throws unless the answer is 2xx */
  ok<T>(method: string, path: string, body?: unknown): Promise<T>;
  /** A file. @throws unless the answer is 2xx */
  download(path: string): Promise<{ bytes: Uint8Array; headers: Headers }>;
  inTenant(tenantId: string): ApiClient;
}

export interface ApiOptions {
  baseUrl: string;
  /** API key or access token. */
  apiKey: string;
  tenantId?: string;
}

export function createApiClient(options: ApiOptions): ApiClient {
  const { baseUrl, apiKey, tenantId } = options;
  const client: ApiClient = {
    async request<T>(
      method: string,
      path: string,
      body?: unknown,
      headers: Record<string, string> = {},
    ) {
      const response = await fetch(new URL(path, baseUrl), {
        method,
        signal: AbortSignal.timeout(20_000),
        headers: {
          authorization: `Bearer ${apiKey}`,
          ...(tenantId ? { 'trunkline-tenant': tenantId } : {}),
          ...(method === 'POST' ? { 'idempotency-key': randomUUID() } : {}),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return {
        status: response.status,
        headers: response.headers,
        body: (text === '' ? undefined : JSON.parse(text)) as T,
      };
    },
    async ok<T>(method: string, path: string, body?: unknown) {
      const answer = await client.request<T>(method, path, body);
      if (answer.status >= 300)
        throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
      return answer.body;
    },
    async download(path: string) {
      const response = await fetch(new URL(path, baseUrl), {
        signal: AbortSignal.timeout(20_000),
        headers: {
          authorization: `Bearer ${apiKey}`,
          ...(tenantId ? { 'trunkline-tenant': tenantId } : {}),
        },
      });
      const bytes = new Uint8Array(await response.arrayBuffer());
      if (response.status >= 300) throw new Error(`GET ${path}: ${response.status}`);
      return { bytes, headers: response.headers };
    },
    inTenant: (id) => createApiClient({ ...options, tenantId: id }),
  };
  return client;
}
