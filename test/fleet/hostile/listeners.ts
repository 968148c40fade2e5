import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import ssh2 from 'ssh2';
import { newSshKey } from '../../kit/ssh-key.ts';

export interface HostileListener {
  readonly name: string;
  /** Listens on a free port of loopback; gives it, and how to end it. */
  listen(): Promise<{ port: number; close(): void }>;
}

async function portOf(server: net.Server | ssh2.Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Something that listens where an sshd should. */
function plain(name: string, serve: (socket: net.Socket) => void): HostileListener {
  return {
    name,
    listen: async () => {
      const open = new Set<net.Socket>();
      const server = net.createServer((socket) => {
        open.add(socket);
        socket.on('error', () => {});
        socket.on('close', () => open.delete(socket));
        socket.resume();
        serve(socket);
      });
      return {
        port: await portOf(server),
        close: () => {
          server.close();
          for (const socket of open) socket.destroy();
        },
      };
    },
  };
}

function flood(before: string, piece: string | Buffer) {
  return (socket: net.Socket): void => {
    const more = (): void => {
      while (!socket.destroyed && socket.write(piece));
    };
    socket.on('drain', more);
    socket.write(before);
    more();
  };
}

/** An SSH server that lets everybody in, and then misbehaves. */
function ssh(name: string, serve: (client: ssh2.Connection) => void): HostileListener {
  return {
    name,
    listen: async () => {
      const open = new Set<ssh2.Connection>();
      const server = new ssh2.Server({ hostKeys: [newSshKey().private] }, (client) => {
        open.add(client);
        client.on('error', () => {});
        client.on('close', () => open.delete(client));
        client.on('authentication', (attempt) => attempt.accept());
        client.on('ready', () => serve(client));
      });
      server.on('error', () => {});
      return {
        port: await portOf(server),
        close: () => {
          server.close();
          for (const client of open) client.end();
        },
      };
    },
  };
}

export const listeners: readonly HostileListener[] = [
  plain('sends nothing', () => {}),
  plain('closes at once', (socket) => {
    socket.destroy();
  }),
  plain('sends an endless banner', flood('', 'x'.repeat(65_536))),
  plain('sends endless lines before its banner', flood('', 'Be patient.\r\n'.repeat(1000))),
  plain('sends random bytes', flood('', randomBytes(65_536))),
  plain('sends random bytes after its banner', flood('SSH-2.0-Hostile\r\n', randomBytes(65_536))),
  plain('announces a packet of 4 GiB', flood('SSH-2.0-Hostile\r\n\u007f\u007f\u007f\u007f', Buffer.alloc(65_536))),
  plain('stops after its banner', (socket) => {
    socket.write('SSH-2.0-Hostile\r\n');
  }),
  plain('is a web server', (socket) => {
    socket.end('HTTP/1.1 301 Moved Permanently\r\nLocation: http://127.0.0.1/\r\n\r\n');
  }),
  ssh('never opens a channel', () => {}),
  ssh('refuses every channel', (client) => {
    client.on('session', (_accept, reject) => {
      reject();
    });
  }),
  ssh('opens channels and runs nothing', (client) => {
    client.on('session', (accept) => {
      accept();
    });
  }),
  ssh('refuses every command', (client) => {
    client.on('session', (accept) => {
      accept().on('exec', (_accepted, refuse) => {
        refuse();
      });
    });
  }),
  ssh('closes every command without a status', (client) => {
    client.on('session', (accept) => {
      accept().on('exec', (accepted) => {
        accepted().close();
      });
    });
  }),
  ssh('ends the connection at every command', (client) => {
    client.on('session', (accept) => {
      accept().on('exec', () => {
        client.end();
      });
    });
  }),
  ssh('opens channels of its own', (client) => {
    for (let index = 0; index < 50; index += 1) client.forwardOut('127.0.0.1', 1, '127.0.0.1', 22, () => {});
    client.on('session', (accept) => {
      accept().on('exec', (accepted) => {
        const channel = accepted();
        channel.exit(1);
        channel.end();
      });
    });
  }),
];
