"""Calls to addresses that others chose: where they may go, and where they end."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from integrations.guarded_call import AddressRefused, CallFailed, Guard, NotAnAddress
from tests.receiver import Received, Receiver, receiving

PUBLIC = ("93.184.216.34", "2606:4700::1111", "64:ff9b::5db8:d822", "2002:5db8:d822::1")
PRIVATE = (
    "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
    "224.0.0.1", "255.255.255.255", "192.0.2.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fec0::1",
    "ff02::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "2001:db8::1", "not-an-address",
)  # fmt: skip
URL = "https://portal.example.go.id/hook"


def resolving(*addresses: str) -> Guard:
    return Guard(resolve=lambda _host, _port: list(addresses))


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_with_one_private_address_among_its_addresses_is_not_called(address: str) -> None:
    with pytest.raises(AddressRefused, match="private-address"):
        resolving(PUBLIC[0], address).check(URL)


def test_a_name_with_public_addresses_alone_may_be_called_with_tls() -> None:
    assert resolving(*PUBLIC).check(URL) == list(PUBLIC)
    with pytest.raises(AddressRefused, match="not-https"):
        resolving(*PUBLIC).check(URL.replace("https", "http"))
    with pytest.raises(AddressRefused, match="private-address"):
        Guard().check("https://[::1]/hook")  # through the system's resolver


def test_a_named_private_host_may_be_called() -> None:
    guard = Guard(frozenset({"intranet.serangkota"}), resolve=lambda _host, _port: ["10.1.2.3"])
    assert guard.check("http://INTRANET.serangkota:8080/x") == ["10.1.2.3"]
    with pytest.raises(AddressRefused):
        guard.check("https://other.serangkota/x")


@pytest.mark.parametrize(
    "text",
    [
        "ftp://example.go.id/x", "https://", "https://user@example.go.id/", "https://example.go.id/?token=1",
        "https://example.go.id/#x", "https://example.go.id:99999/", "https://example.go.id/\r\nX: y",
        "x" * 2000, "https://contoh.gø.id/", "https://example.go.id\\@10.0.0.1/", "/hook",
    ],
)  # fmt: skip
def test_what_is_no_address_is_said_to_be_none(text: str) -> None:
    with pytest.raises(NotAnAddress):
        Guard().check(text)


def test_the_connection_goes_to_the_address_that_was_looked_at() -> None:
    """A name that means another host when it is resolved again (DNS rebinding) reaches the first."""
    asked: list[str] = []

    def rebinding(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.99"]

    with receiving(Receiver()) as receiver:
        port = receiver.url.rpartition(":")[2]
        guard = Guard(frozenset({"rebinding.test"}), resolve=rebinding)
        assert guard.post(f"http://rebinding.test:{port}", b"{}", {"webhook-id": "msg_1"}) == 204
    assert asked == ["rebinding.test"]
    assert receiver.accepted[0].headers["host"].startswith("rebinding.test")


def test_a_redirect_is_an_answer_and_not_followed() -> None:
    def away(_: Received) -> int:
        return 307

    with receiving(Receiver(away)) as receiver:
        assert Guard(frozenset({"127.0.0.1"})).post(receiver.url, b"{}", {"webhook-id": "msg_1"}) == 307
    assert len(receiver.asked) == 1


@pytest.fixture
def endless() -> Iterator[str]:
    """The URL of a server that sends a header without end, a little at a time."""
    listening = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve() -> None:
        caller, _ = listening.accept()
        with caller:
            try:
                caller.sendall(b"HTTP/1.1 200 OK\r\nX: ")
                while not over.wait(0.02):
                    caller.sendall(b"x")
            except OSError:
                return

    serving = threading.Thread(target=serve)
    serving.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
    over.set()
    serving.join()
    listening.close()


def test_who_answers_without_end_is_cut_off(endless: str) -> None:
    with pytest.raises(CallFailed) as failed:
        Guard(frozenset({"127.0.0.1"}), seconds=0.3).post(endless, b"{}", {})
    assert failed.value.why == "timeout"


def test_who_is_not_there_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(CallFailed, match="unreachable"):
        Guard(frozenset({"127.0.0.1"})).post(f"http://127.0.0.1:{port}/", b"{}", {})
