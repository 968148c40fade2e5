"""One end of the connection between the servers of a primary and of its replica.

The end at the primary listens for the other one, which shows the certificate that both have, and which asks for the
primary or waits to be handed what wants to read from the replica: so only one port, at the primary, must be reachable.
"""

import asyncio
import collections
import socket
import ssl
import sys

PEM = "/etc/ocore-gate.pem"
PLAIN = 5432
SECURE = 8443
PRIMARY, READER, ALIVE, TAKE, TAKEN = b"P", b"R", b".", b"T", b"A"
SPARE = 4


def context(purpose):
    made = ssl.SSLContext(purpose)
    made.minimum_version = ssl.TLSVersion.TLSv1_3
    made.check_hostname = False
    made.verify_mode = ssl.CERT_REQUIRED
    made.load_cert_chain(PEM)
    made.load_verify_locations(PEM)
    return made


def keep_alive(writer):
    sock = writer.get_extra_info("socket")
    for level, option, value in (
        (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
        (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 15),
        (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 5),
        (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3),
        # What was sent and is not acknowledged: a peer that is gone without a word.
        (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 30000),
    ):
        sock.setsockopt(level, option, value)


def tell(what, error):
    print(f"{what}: {error or type(error).__name__}", flush=True)


async def flow(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


async def join(one, other):
    await asyncio.gather(flow(one[0], other[1]), flow(other[0], one[1]))


async def connect(address, port, tls=None):
    pair = await asyncio.wait_for(asyncio.open_connection(address, port, ssl=tls), 10)
    keep_alive(pair[1])
    return pair


class AtPrimary:
    """Hands replicas on to the primary, and readers to whoever waits for them."""

    def __init__(self, primary):
        self.primary = primary
        self.waiting = collections.deque()

    async def far(self, reader, writer):
        keep_alive(writer)
        try:
            wanted = await asyncio.wait_for(reader.readexactly(1), 10)
            if wanted == PRIMARY:
                await join((reader, writer), await connect(self.primary, PLAIN))
            elif wanted == READER:
                await self.wait(reader, writer)
        except (OSError, EOFError, asyncio.TimeoutError) as error:
            tell("A connection of the replica's server ended", error)
        finally:
            writer.close()

    async def wait(self, reader, writer):
        taken = asyncio.get_running_loop().create_future()
        mine = (reader, writer, taken)
        self.waiting.append(mine)
        try:
            while (said := await asyncio.wait_for(reader.readexactly(1), 30)) == ALIVE:
                pass
            if said == TAKEN and not taken.done():
                ended = asyncio.get_running_loop().create_future()
                taken.set_result(ended)
                await ended
        finally:
            if mine in self.waiting:
                self.waiting.remove(mine)
            if not taken.done():
                taken.cancel()

    async def reader(self, reader, writer):
        keep_alive(writer)
        try:
            while self.waiting:
                far_reader, far_writer, taken = self.waiting.popleft()
                far_writer.write(TAKE)
                try:
                    ended = await asyncio.wait_for(taken, 3)
                except (asyncio.TimeoutError, asyncio.CancelledError):
                    far_writer.close()
                    continue
                try:
                    return await join((reader, writer), (far_reader, far_writer))
                finally:
                    if not ended.done():
                        ended.set_result(None)
            tell("Nobody reads from the replica", "its server is not connected")
        finally:
            writer.close()

    async def serve(self):
        tls = context(ssl.PROTOCOL_TLS_SERVER)
        await asyncio.start_server(self.far, "", SECURE, ssl=tls, ssl_handshake_timeout=10)
        await asyncio.start_server(self.reader, "", PLAIN)
        await asyncio.get_running_loop().create_future()


class AtReplica:
    """Reaches the primary's end for the replica, and keeps connections ready for who reads."""

    def __init__(self, address, port, replica):
        self.place = (address, int(port))
        self.replica = replica
        self.tls = context(ssl.PROTOCOL_TLS_CLIENT)

    async def follow(self, reader, writer):
        try:
            far = await connect(*self.place, self.tls)
            far[1].write(PRIMARY)
            await join((reader, writer), far)
        except (OSError, asyncio.TimeoutError) as error:
            tell("The primary's server is not reached", error)
        finally:
            writer.close()

    async def spare(self):
        """Waits until somebody reads; gives the connection."""
        reader, writer = await connect(*self.place, self.tls)
        try:
            writer.write(READER)
            asking = asyncio.ensure_future(reader.readexactly(1))
            while not asking.done():
                writer.write(ALIVE)
                await writer.drain()
                await asyncio.wait({asking}, timeout=10)
            if asking.result() != TAKE:
                raise OSError("the primary's end does not speak as expected")
            writer.write(TAKEN)
            return reader, writer
        except BaseException:
            writer.close()
            raise

    async def ready(self, spares):
        try:
            far = await self.spare()
        except (OSError, EOFError, asyncio.TimeoutError) as error:
            tell("A connection for readers ended", error)
            await asyncio.sleep(2)
            return
        finally:
            # Only now: a server that is not reached is not asked without a pause.
            spares.release()
        try:
            await join(far, await connect(self.replica, PLAIN))
        except (OSError, asyncio.TimeoutError) as error:
            tell("The replica is not reached", error)
        finally:
            far[1].close()

    async def serve(self):
        await asyncio.start_server(self.follow, "", PLAIN)
        spares = asyncio.Semaphore(SPARE)
        running = set()
        while True:
            await spares.acquire()
            task = asyncio.ensure_future(self.ready(spares))
            running.add(task)
            task.add_done_callback(running.discard)


async def check(address, port):
    reader, writer = await connect(address, int(port), context(ssl.PROTOCOL_TLS_CLIENT))
    writer.close()


def main():
    kind, *rest = sys.argv[1:]
    if kind == "check":
        try:
            asyncio.run(check(*rest))
        except (OSError, asyncio.TimeoutError) as error:
            sys.exit(str(error) or "no answer within 10 seconds")
    else:
        asyncio.run({"primary": AtPrimary, "replica": AtReplica}[kind](*rest).serve())


main()
