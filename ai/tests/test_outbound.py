from __future__ import annotations

from pathlib import Path

import pytest

from ai.outbound import Answer, Limits, NoAnswer, Unreachable, post_json
from ai.tests.caption_server import CaptionServer, Exchange, says
from ai.tests.tls import serve_tls

LIMITS = Limits(seconds=10, answer_bytes=1000)
PEM = Path(__file__).with_name("captions.example.pem")


def here(*_: object) -> list[str]:
    return ["127.0.0.1"]


def ok(exchange: Exchange) -> None:
    exchange.answer(200, b"{}")


def test_the_address_that_was_checked_is_the_one_connected_to() -> None:
    answers = [["127.0.0.1"], ["169.254.169.254"]]

    with CaptionServer(ok) as server:
        url = f"http://captions.example:{server.server_port}/v1"
        answer = post_json(url, {}, {}, LIMITS, resolve=lambda *_: answers.pop(0))

    assert answer == Answer(200, b"{}")
    assert answers == [["169.254.169.254"]]
    assert server.asked[0].headers["Host"] == f"captions.example:{server.server_port}"


def test_a_name_that_leads_to_a_forbidden_address_is_not_asked() -> None:
    with pytest.raises(Unreachable, match=r"leads to 169\.254\.169\.254"):
        post_json("http://captions.example", {}, {}, LIMITS, resolve=lambda *_: ["169.254.169.254"])


def test_the_next_address_is_tried_where_the_first_does_not_answer() -> None:
    with CaptionServer(ok) as server:
        url = f"http://captions.example:{server.server_port}"

        assert post_json(url, {}, {}, LIMITS, resolve=lambda *_: ["::1", "127.0.0.1"]).status == 200


@pytest.mark.parametrize("resolve", [lambda *_: [], lambda *_: (_ for _ in ()).throw(OSError("unknown name"))])
def test_a_name_without_an_address_is_unreachable(resolve: object) -> None:
    with pytest.raises(Unreachable, match=r"captions\.example has no address"):
        post_json("http://captions.example", {}, {}, LIMITS, resolve=resolve)  # type: ignore[arg-type]


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/x"])
def test_only_http_is_spoken(url: str) -> None:
    with pytest.raises(Unreachable):
        post_json(url, {}, {}, LIMITS)


def test_a_proxy_of_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with CaptionServer(ok) as server, CaptionServer(ok) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        post_json(server.url, {}, {}, LIMITS)

    assert (len(server.asked), proxy.asked) == (1, [])


def test_an_answer_may_be_as_long_as_the_limit_and_no_longer() -> None:
    def sends(length: int) -> Answer:
        with CaptionServer(lambda exchange: exchange.answer(200, b"x" * length)) as server:
            return post_json(server.url, {}, {}, LIMITS)

    assert len(sends(1000).body) == 1000
    with pytest.raises(NoAnswer, match="longer"):
        sends(1001)


def test_what_a_server_compresses_unasked_is_left_as_it_is() -> None:
    def squeezed(exchange: Exchange) -> None:
        exchange.answer(200, b"\x1f\x8b not even gzip", **{"Content-Encoding": "gzip"})

    with CaptionServer(squeezed) as server:
        assert post_json(server.url, {}, {}, LIMITS).body.startswith(b"\x1f\x8b")
    assert server.asked[0].headers["Accept-Encoding"] == "identity"


def test_a_header_that_cannot_be_sent_is_not_told_to_anyone() -> None:
    with CaptionServer(ok) as server, pytest.raises(NoAnswer) as no:
        post_json(server.url, {}, {"Authorization": "Bearer sk-1\r\nX: 1"}, LIMITS)

    assert "sk-1" not in str(no.value)


def test_tls_is_checked_against_the_name_though_the_address_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(PEM))
    with serve_tls(CaptionServer(says("hello")), PEM) as server:
        good = post_json(f"https://captions.example:{server.server_port}", {}, {}, LIMITS, resolve=here)
        with pytest.raises(Unreachable, match=r"(?i)certificate"):
            post_json(f"https://other.example:{server.server_port}", {}, {}, LIMITS, resolve=here)

    assert good.status == 200


def test_a_certificate_nobody_vouches_for_is_refused() -> None:
    with serve_tls(CaptionServer(ok), PEM) as server, pytest.raises(Unreachable, match=r"(?i)certificate"):
        post_json(f"https://captions.example:{server.server_port}", {}, {}, LIMITS, resolve=here)
