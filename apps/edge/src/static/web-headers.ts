/** Security headers of the web apps and how long each file may be kept. */
export interface WebHeaderOptions {
  publicUrl: string;
}

/**
 * The content security policy of both apps. Styles may be inline: the component library makes
 * its rules at run time. Sockets go to the own origin; older browsers want that spelled out.
 */
export function contentSecurityPolicy(publicUrl: string): string {
  const { host, protocol } = new URL(publicUrl);
  const sockets = `${protocol === 'https:' ? 'wss' : 'ws'}://${host}`;
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    `connect-src 'self' ${sockets}`,
    "media-src 'self' blob:",
    "worker-src 'self'",
    "manifest-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "object-src 'none'",
  ].join('; ');
}

/** Headers of every file of the web apps. */
export function webHeaders({ publicUrl }: WebHeaderOptions): Record<string, string> {
  return {
    'content-security-policy': contentSecurityPolicy(publicUrl),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'permissions-policy': 'microphone=(self), camera=(), geolocation=(), payment=(), usb=()',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    ...(publicUrl.startsWith('https:') && {
      'strict-transport-security': 'max-age=31536000; includeSubDomains',
    }),
  };
}

const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  mjs: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  json: 'application/json',
  map: 'application/json',
  webmanifest: 'application/manifest+json',
  svg: 'image/svg+xml',
  png: 'image/png',
  jpg: 'image/jpeg',
  ico: 'image/x-icon',
  webp: 'image/webp',
  woff2: 'font/woff2',
  wasm: 'application/wasm',
  mp3: 'audio/mpeg',
  wav: 'audio/wav',
  ogg: 'audio/ogg',
  txt: 'text/plain; charset=utf-8',
};

/** Media type of a file by its name. */
export function contentTypeOf(name: string): string {
  if (/(?:^|\/)manifest\.json$/.test(name)) return 'application/manifest+json';
  const extension = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  return types[extension] ?? 'application/octet-stream';
}

/** True for what shrinks when compressed. */
export function isCompressible(contentType: string): boolean {
  return /^(?:text\/|application\/(?:json|manifest\+json|wasm)|image\/svg)/.test(contentType);
}

/**
 * Files whose name holds their content's hash never change; everything else, above all the
 * pages, the service worker and the manifest, is asked for again each time.
 */
export function cacheControlOf(name: string): string {
  const hashed = /(?:^|\/)assets\/[^/]*-[A-Za-z0-9_-]{8,}\.[a-z0-9]+$/.test(name);
  return hashed ? 'public, max-age=31536000, immutable' : 'no-cache';
}
