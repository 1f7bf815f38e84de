import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { writePrivateFile } from '@trunkline/platform/node/identity-file.ts';

/** The public port cannot be had; the message says what to do. */
export class PortInUseError extends Error {
  override readonly name = 'PortInUseError';
}

/**
 * Free ports are taken from here: below the range systems give outgoing connections (Linux from
 * 32768, RFC 6335 from 49152), so that none of ours lands on the port before its server listens.
 */
const freeRange = { first: 22_000, last: 31_999 };
const maxTries = 100;

/** Takes and frees a TCP port. @returns the port, which is a free one if 0 was asked for */
export async function probePort(port: number, address: string): Promise<number> {
  if (port !== 0) return bindOnce(port, address);
  for (let tries = 1; ; tries++) {
    const candidate = randomInt(freeRange.first, freeRange.last + 1);
    try {
      return await bindOnce(candidate, address);
    } catch (error) {
      if (!(error instanceof PortInUseError) || tries === maxTries) throw error;
    }
  }
}

function bindOnce(port: number, address: string): Promise<number> {
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
    server.listen({ port, host: address, exclusive: true }, () =>
      server.close(() => resolve(port)),
    );
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
