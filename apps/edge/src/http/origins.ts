const loopback = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Origins whose pages may open sockets and change things: the public one and, when that is on
 * loopback, its other names. A request without `Origin` comes from no browser page.
 */
export function allowedOrigins(publicUrl: string): ReadonlySet<string> {
  const { origin, hostname, protocol, port } = new URL(publicUrl);
  if (!loopback.includes(hostname)) return new Set([origin]);
  const suffix = port ? `:${port}` : '';
  return new Set(loopback.map((name) => `${protocol}//${name}${suffix}`));
}
