"""Runs the Autobahn cases of PyPI's kosoku against each server named; prints what failed and a count for all."""

import asyncio
import contextlib
import os
import ssl
import sys
from urllib.parse import urlsplit

from kosoku import FailureError, run_fuzzingclient

DEFAULT_CASES = ["1.*", "2.*", "3.*", "4.*", "5.*", "6.*", "7.*", "10.*"]
PASSES = {"OK", "NON-STRICT", "INFORMATIONAL"}


@contextlib.asynccontextmanager
async def reachable(address: str):
    """A ws address for the server: kosoku speaks no TLS, so for wss a forwarder stands between."""
    url = urlsplit(address)
    context = None
    if url.scheme == "wss":
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE

    async def connect():
        return await asyncio.open_connection(url.hostname, url.port, ssl=context)

    for _ in range(100):
        try:
            (await connect())[1].close()
            break
        except OSError:
            await asyncio.sleep(0.1)  # the server is starting
    if context is None:
        yield address
        return

    async def forward(reader, writer):
        upstream_reader, upstream_writer = await connect()
        await asyncio.gather(pump(reader, upstream_writer), pump(upstream_reader, writer))

    async def pump(source, sink):
        with contextlib.suppress(OSError):
            while data := await source.read(65536):
                sink.write(data)
                await sink.drain()
        sink.close()

    server = await asyncio.start_server(forward, "127.0.0.1", 0)
    try:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


async def run(address: str, cases: list[str]) -> tuple[int, int]:
    async with reachable(address) as plain:
        try:
            results = await run_fuzzingclient(plain, cases, None, concurrency=4)
        except FailureError as failure:
            results = failure.results
    failed = 0
    for result in results:
        behavior, closing = result.behavior.value, result.behavior_close.value
        if behavior in PASSES and closing in {"OK", "INFORMATIONAL"}:
            if behavior == "NON-STRICT":
                print(f"{address} {result.case_id}: {behavior}")
            continue
        failed += 1
        print(f"{address} {result.case_id}: {behavior}, closing {closing}: {result.description}")
    return len(results) - failed, failed


async def main() -> int:
    split = sys.argv.index("--")
    addresses, cases = sys.argv[1:split], sys.argv[split + 1 :] or DEFAULT_CASES
    passed = failed = 0
    for address in addresses:
        counts = await run(address, cases)
        print(f"{address}: {counts[0]} passed, {counts[1]} failed")
        passed, failed = passed + counts[0], failed + counts[1]
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    code = asyncio.run(main())
    sys.stdout.flush()
    os._exit(code)  # kosoku's threads abort an orderly exit of the interpreter
