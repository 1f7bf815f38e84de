import { createServer } from 'node:net';

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
