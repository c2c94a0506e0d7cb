"""The HTTPS server: certificate, faults on the wire, and the log of requests that can be read back."""

from __future__ import annotations

import asyncio
import json
import ssl
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import trustme
from aiohttp import web

from ops.sandbox.azure import Azure
from ops.sandbox.control import Control, is_control
from ops.sandbox.estate_values import Fault
from ops.sandbox.faults import fault_answer, takes_effect
from ops.sandbox.wire import Answer, Call

_HOSTS = ("127.0.0.1", "localhost", "management.azure.com")


class Server:
    """Serves one pretended Azure."""

    def __init__(self, azure: Azure, name: str) -> None:
        self._azure = azure
        self._log: list[dict[str, Any]] = []
        self._control = Control(azure, name, self._log)

    @asynccontextmanager
    async def listening(self, port: int, folder: Path) -> AsyncIterator[tuple[int, Path]]:
        """Listens on 127.0.0.1; gives the port and the file with the certificate to trust, which lies in ``folder``."""
        authority = trustme.CA()
        ca_bundle = folder / "ca.pem"
        authority.cert_pem.write_to_path(str(ca_bundle))
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert(*_HOSTS).configure_cert(context)
        app = web.Application(client_max_size=16 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", self._answer)
        runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.2)
        await runner.setup()
        try:
            site = web.TCPSite(runner, "127.0.0.1", port, ssl_context=context)
            await site.start()
            yield runner.addresses[0][1], ca_bundle
        finally:
            await runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        if is_control(request.path):
            told = self._control.answer(await _call(request))
            return web.json_response(told.body, status=told.status)
        authorized = request.headers.get("Authorization", "").startswith("Bearer ")
        entry: dict[str, Any] = {
            "index": len(self._log) + 1,
            "method": request.method,
            "path": request.path,
            "query": request.query_string,
            "status": None,  # stays so where the connection dies without an answer
            "authorization": authorized,
        }
        self._log.append(entry)
        # Before anything is waited for, so that a fault counts requests in the order of the log.
        faults = list(self._azure.faults.hitting(request.method, request.path))
        call = await _call(request)
        correlation_id = request.headers.get("x-ms-correlation-request-id") or str(uuid.uuid4())
        deciding: Fault | None = None
        if self._azure.latency:
            await asyncio.sleep(self._azure.latency)
        for fault in faults:
            deciding = fault
            if fault.latency_ms:
                await asyncio.sleep(fault.latency_ms / 1000)
        answer = Answer()
        if deciding is None or takes_effect(deciding):
            answer = self._azure.answer(call, authorized=authorized, correlation_id=correlation_id)
        if deciding and deciding.hang:
            await asyncio.sleep(deciding.hang)
        if deciding and (deciding.hang or deciding.reset):
            return _hung_up(request)
        answer = (fault_answer(deciding, call) if deciding else None) or answer
        entry["status"] = answer.status
        response = _response(answer, request, correlation_id)
        if deciding and deciding.truncate is not None:
            await _send_part(response, request, deciding.truncate)
        return response


async def _call(request: web.Request) -> Call:
    return Call(
        method=request.method,
        path=request.path,
        base=f"https://{request.host}",
        query=dict(request.query),
        body=await request.read(),
    )


def _response(answer: Answer, request: web.Request, correlation_id: str) -> web.Response:
    request_id = str(uuid.uuid4())
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    headers = {
        "cache-control": "no-cache",
        "x-ms-request-id": request_id,
        "x-ms-correlation-request-id": correlation_id,
        "x-ms-routing-request-id": f"SANDBOX:{stamp}:{request_id}",
        "strict-transport-security": "max-age=31536000; includeSubDomains",
        "x-content-type-options": "nosniff",
    }
    if client_id := request.headers.get("x-ms-client-request-id"):
        headers["x-ms-client-request-id"] = client_id
    body = b""
    if isinstance(answer.body, str):
        body = answer.body.encode()
    elif answer.body is not None:
        body = _json(answer.body)
        headers["content-type"] = "application/json; charset=utf-8"
    return web.Response(status=answer.status, body=body, headers=headers | dict(answer.headers))


def _json(body: object) -> bytes:
    try:
        return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:  # an estate file that writes characters beyond U+FFFF as JSON does, in two halves
        return json.dumps(body, separators=(",", ":")).encode()


async def _send_part(response: web.Response, request: web.Request, size: int) -> None:
    """Promises the whole body, sends ``size`` bytes of it, and hangs up."""
    whole = response.body
    assert isinstance(whole, bytes)
    head = web.StreamResponse(status=response.status, headers=response.headers)
    head.content_length = len(whole)
    await head.prepare(request)
    await head.write(whole[:size])
    if request.transport is not None:
        request.transport.close()  # not abort: what was written has to arrive


def _hung_up(request: web.Request) -> web.Response:
    """Cuts the connection; the response goes nowhere."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
