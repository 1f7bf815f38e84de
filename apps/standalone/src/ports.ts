import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { writePrivateFile } from '@trunkline/platform/node/identity-file.ts';

/** The public port cannot be had; the message says what to do. */
export class PortInUseError extends Error {
  override readonly name = 'PortInUseError';
}

/** Takes and frees a TCP port. @returns the port, which is a free one if 0 was asked for */
export function probePort(port: number, address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE')
        reject(
          new PortInUseError(
            `port ${port} on ${address} is in use by another program; set TRUNKLINE_PORT to another one, or to 0 for any`,
          ),
        );
      else if (error.code === 'EACCES')
        reject(
          new PortInUseError(
            `port ${port} needs more rights than this user has; set TRUNKLINE_PORT to one above 1023`,
          ),
        );
      else reject(error);
    });
    server.listen({ port, host: address, exclusive: true }, () => {
      const bound = server.address();
      server.close(() => resolve(typeof bound === 'object' && bound !== null ? bound.port : port));
    });
  });
}

/**
 * The port of last time if it is still free, else a new one, kept in a file: what others were told
 * of it stays true over a restart.
 */
export async function keptPort(file: string, wanted: number, address: string): Promise<number> {
  if (wanted !== 0) return probePort(wanted, address);
  const kept = Number((await readFile(file, 'utf8').catch(() => '')).trim());
  if (Number.isInteger(kept) && kept > 0 && kept < 65_536) {
    try {
      return await probePort(kept, address);
    } catch (error) {
      if (!(error instanceof PortInUseError)) throw error;
    }
  }
  const port = await probePort(0, address);
  await writePrivateFile(file, `${port}\n`);
  return port;
}
