"""One HTTP call to an address that somebody else chose: only where it may go, and bounded in every way.

The name is resolved once, every address it has is looked at, and the connection is made to an address that
was looked at: a name that means another host a moment later (DNS rebinding) reaches nobody. Redirects are
not followed. What comes back is not handed on, its status aside.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[[str, int], list[str]]

LARGEST_ANSWER = 64 * 1024
LONGEST_URL = 1000
# IPv4 inside IPv6, as a gateway of RFC 6052 would unpack it.
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class AddressRefused(Exception):
    """The address may not be called. `why`: `private-address` or `not-https`."""

    def __init__(self, host: str, why: str) -> None:
        self.host, self.why = host, why
        super().__init__(f"{host}: {why}")


class NotAnAddress(ValueError):
    """The text is no address that a webhook could have."""


class CallFailed(Exception):
    """Nobody answered properly. `why` is one of a few words: `unknown-host`, `unreachable`, `untrusted`,
    `timeout`, `no-http`.
    """

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


@dataclass(frozen=True)
class Target:
    """An address in its parts. `path` begins with a slash."""

    secure: bool
    host: str
    port: int
    path: str


def target_of(url: str) -> Target:
    """The parts of a URL. Raises NotAnAddress: no http(s), no host, or with parts that would hold secrets or
    mean nothing (a user, a query, a fragment).
    """
    if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url:
        raise NotAnAddress("not an address in ASCII of up to a thousand characters")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise NotAnAddress(str(error)) from None
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0 or "\\" in url:
        raise NotAnAddress("neither http nor https, or without a host")
    if parts.username is not None or parts.password is not None or "?" in url or "#" in url:
        raise NotAnAddress("no user, query or fragment: the signature says who sends")
    secure = parts.scheme == "https"
    return Target(secure, parts.hostname.lower(), port or (443 if secure else 80), parts.path or "/")


def resolved(host: str, port: int) -> list[str]:
    """All addresses of a host, as the system's resolver knows them. Raises CallFailed."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise CallFailed("unknown-host") from None
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True)
class Guard:
    """Where calls may go. Hosts named in `private_hosts` may have private addresses and be called without
    TLS; all others have public addresses alone, and TLS.
    """

    private_hosts: frozenset[str] = frozenset()
    ca_file: Path | None = None
    seconds: float = 15.0
    resolve: Resolver = resolved

    def check(self, url: str) -> list[str]:
        """The addresses that may be connected to, in the resolver's order. Raises NotAnAddress,
        AddressRefused, CallFailed.
        """
        target = target_of(url)
        if target.host in self.private_hosts:
            return self.resolve(target.host, target.port)
        if not target.secure:
            raise AddressRefused(target.host, "not-https")
        addresses = self.resolve(target.host, target.port)
        if not addresses or not all(_is_public(text) for text in addresses):
            raise AddressRefused(target.host, "private-address")
        return addresses

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """The status of the answer. Raises NotAnAddress, AddressRefused, CallFailed."""
        addresses, target = self.check(url), target_of(url)
        connection = _Pinned(target, addresses, self.seconds, _tls(self.ca_file) if target.secure else None)
        # A timeout of a socket is one of each read; this one is of the call as a whole.
        deadline = threading.Timer(self.seconds, connection.cut)
        deadline.daemon = True
        deadline.start()
        try:
            connection.request("POST", target.path, body, {**headers, "user-agent": "Jenjang"})
            answer = connection.getresponse()
            answer.read(LARGEST_ANSWER)
        except ssl.SSLCertVerificationError:
            raise CallFailed("untrusted") from None
        except (OSError, HTTPException, ValueError) as error:
            late = connection.was_cut or isinstance(error, TimeoutError)
            known = "no-http" if isinstance(error, HTTPException | ValueError) else "unreachable"
            raise CallFailed("timeout" if late else known) from None
        finally:
            deadline.cancel()
            connection.close()
        if connection.was_cut:  # what was cut off in its headers looks like an answer that ended there
            raise CallFailed("timeout")
        return answer.status


class _Pinned(HTTPConnection):
    """A connection to addresses that were looked at, whatever the name means by now."""

    def __init__(
        self, target: Target, addresses: list[str], seconds: float, tls: ssl.SSLContext | None
    ) -> None:
        super().__init__(target.host, target.port, timeout=seconds)
        self.default_port = 443 if target.secure else 80  # a `Host` without a port where it is the usual one
        self.was_cut = False
        self._addresses, self._tls = addresses, tls
        self._ends = time.monotonic() + seconds

    def connect(self) -> None:
        last: OSError = OSError("no address")
        for address in self._addresses:
            left = max(0.001, self._ends - time.monotonic())
            try:
                plain: socket.socket = socket.create_connection((address, self.port), left)
            except OSError as error:
                last = error
                continue
            self.sock = plain
            if self._tls is not None:
                self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)
            return
        raise last

    def cut(self) -> None:
        """Time is over: whoever reads or writes gets an error."""
        self.was_cut = True
        sock: Any = self.sock
        if sock is not None:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)


@lru_cache(maxsize=4)
def _tls(ca_file: Path | None) -> ssl.SSLContext:
    """Trust in the public authorities, and in those of the file; some 20 ms to make."""
    context = ssl.create_default_context()
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    return context


def _is_public(text: str) -> bool:
    try:
        address: Address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        inside = address.ipv4_mapped or address.sixtofour
        if inside is None and address.teredo is not None:
            inside = address.teredo[1]
        if inside is None and address in NAT64:
            inside = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inside is not None:
            return _is_global(inside)
    return _is_global(address)


def _is_global(address: Address) -> bool:
    local = isinstance(address, ipaddress.IPv6Address) and address.is_site_local
    return address.is_global and not (address.is_multicast or address.is_reserved or local)
