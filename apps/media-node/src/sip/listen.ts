import { join } from 'node:path';
import { SipEndpoint, type SipEndpointOptions } from '@trunkline/sip/endpoint/endpoint.ts';
import { readIfThere, replaceFile } from '../durable-file.ts';

const portFile = 'sip-port';

/**
 * Opens the SIP socket. When any free port will do, the one of last time is taken again if it is
 * still free: the PBXs hold bindings to it until those expire, and would ring the old port too.
 */
export async function listenSip(options: SipEndpointOptions, folder: string): Promise<SipEndpoint> {
  const listeners = (port: number) =>
    options.listeners.map((listener) => (listener.port === 0 ? { ...listener, port } : listener));
  if (options.listeners.every(({ port }) => port !== 0)) return SipEndpoint.listen(options);
  const path = join(folder, portFile);
  const last = Number(await readIfThere(path));
  let endpoint: SipEndpoint | undefined;
  if (Number.isInteger(last) && last > 0 && last < 65_536) {
    try {
      endpoint = await SipEndpoint.listen({ ...options, listeners: listeners(last) });
    } catch (error) {
      const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
      if (!taken) throw error;
    }
  }
  endpoint ??= await SipEndpoint.listen(options);
  if (endpoint.localPort !== last) await replaceFile(path, String(endpoint.localPort));
  return endpoint;
}
