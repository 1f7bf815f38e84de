import { connect, createServer, type Server, type Socket } from 'node:net';

/** A TCP forwarder that can be switched off and on again: a server that is stopped and started. */
export interface SwitchableProxy {
  readonly port: number;
  /** Connections break and new ones are refused. */
  off(): Promise<void>;
  on(): Promise<void>;
}

export async function startSwitchableProxy(targetPort: number): Promise<SwitchableProxy> {
  const sockets = new Set<Socket>();
  let server: Server;
  let port = 0;

  function forward(client: Socket): void {
    const target = connect(targetPort, '127.0.0.1');
    for (const socket of [client, target]) {
      sockets.add(socket);
      // Either end may break at any time; the other follows.
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        target.destroy();
      });
    }
    client.pipe(target).pipe(client);
  }

  const proxy = {
    get port() {
      return port;
    },
    async on() {
      server = createServer(forward);
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, '127.0.0.1', resolve);
      });
      const address = server.address();
      if (typeof address === 'object' && address) port = address.port;
    },
    async off() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
  await proxy.on();
  return proxy;
}
