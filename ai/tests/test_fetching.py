from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Timer

import pytest

from ai.catalogue import Order
from ai.fetching import ATTEMPTS, FetchFailed, Hub, RemoteFile, RemoteModel
from ai.tests.hub_server import COMMIT, Behaviour, FakeHub, serving

ORDER = Order("tiny", "someone/tiny", "main")
BAD_LISTINGS = [
    json.dumps(listing).encode()
    for listing in ({"sha": COMMIT, "siblings": [{}]}, {"sha": "../..", "siblings": []}, {"sha": 1, "siblings": []})
]
CONTENT = bytes(range(256)) * 40


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakeHub]:
    (tmp_path / "published/visual").mkdir(parents=True)
    (tmp_path / "published/visual/model.onnx").write_bytes(CONTENT)
    (tmp_path / "published/config.json").write_bytes(b"{}")
    with serving(tmp_path / "published") as hub:
        yield hub


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def hub(fake: FakeHub, pauses: list[float]) -> Iterator[Hub]:
    with Hub(fake.address, pauses.append, timeout=2) as client:
        yield client


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "incoming/visual/model.onnx"


def get(hub: Hub, target: Path, size: int = len(CONTENT)) -> list[int]:
    """Download the large file; return what was told of the progress."""
    model, told = RemoteModel("someone/tiny", COMMIT, ()), list[int]()
    hub.download(model, RemoteFile("visual/model.onnx", size, ""), target, told.append)
    return told


def test_a_revision_is_resolved_to_a_commit_with_sizes_and_known_hashes(hub: Hub, fake: FakeHub) -> None:
    model = hub.look_up(ORDER)

    assert (model.repo, model.commit) == ("someone/tiny", COMMIT)
    assert {file.path: (file.size, file.sha256) for file in model.files} == {
        "visual/model.onnx": (len(CONTENT), hashlib.sha256(CONTENT).hexdigest()),
        "config.json": (2, ""),
    }
    assert fake.asked == [("/api/models/someone/tiny/revision/main", "")]


def test_a_branch_with_a_slash_is_one_part_of_the_path(hub: Hub, fake: FakeHub) -> None:
    hub.look_up(Order("tiny", "someone/tiny", "refs/pr/1"))

    assert fake.asked[0][0] == "/api/models/someone/tiny/revision/refs%2Fpr%2F1"


def test_a_file_comes_whole_and_its_progress_is_told(hub: Hub, target: Path) -> None:
    told = get(hub, target)

    assert target.read_bytes() == CONTENT
    assert told == sorted(told)
    assert told[-1] == len(CONTENT)
    assert list(target.parent.iterdir()) == [target]


def test_a_connection_cut_is_gone_on_with_from_where_it_broke_off(hub: Hub, fake: FakeHub, target: Path) -> None:
    fake.faults = [Behaviour("model.onnx", cut_after=3000), Behaviour("model.onnx", cut_after=4000)]

    get(hub, target)

    assert target.read_bytes() == CONTENT
    assert fake.requests_for("model.onnx") == ["", "bytes=3000-", "bytes=7000-"]


def test_what_an_earlier_fetch_left_is_not_fetched_again(hub: Hub, fake: FakeHub, target: Path) -> None:
    target.parent.mkdir(parents=True)
    target.with_name("model.onnx.part").write_bytes(CONTENT[:5000])

    get(hub, target)

    assert target.read_bytes() == CONTENT
    assert fake.requests_for("model.onnx") == ["bytes=5000-"]


def test_all_of_it_left_by_an_earlier_fetch_needs_no_request(hub: Hub, fake: FakeHub, target: Path) -> None:
    target.parent.mkdir(parents=True)
    target.with_name("model.onnx.part").write_bytes(CONTENT)

    get(hub, target)

    assert target.read_bytes() == CONTENT
    assert fake.asked == []


def test_a_hub_that_cannot_go_on_in_the_middle_begins_anew(hub: Hub, fake: FakeHub, target: Path) -> None:
    fake.faults = [Behaviour("model.onnx", cut_after=3000), Behaviour("model.onnx", ignore_range=True)]

    get(hub, target)

    assert target.read_bytes() == CONTENT


def test_more_than_there_should_be_from_an_earlier_fetch_is_thrown_away(hub: Hub, fake: FakeHub, target: Path) -> None:
    target.parent.mkdir(parents=True)
    target.with_name("model.onnx.part").write_bytes(CONTENT + b"more")

    get(hub, target)

    assert target.read_bytes() == CONTENT
    assert fake.requests_for("model.onnx") == [""]


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_what_may_pass_is_tried_again_after_longer_and_longer_pauses(
    hub: Hub, fake: FakeHub, target: Path, pauses: list[float], status: int
) -> None:
    fake.faults = [Behaviour("model.onnx", status=status, times=3)]

    get(hub, target)

    assert target.read_bytes() == CONTENT
    assert pauses == [1, 2, 4]


def test_what_does_not_pass_ends_after_a_few_attempts(hub: Hub, fake: FakeHub, target: Path) -> None:
    fake.faults = [Behaviour("model.onnx", status=503, times=100)]

    with pytest.raises(FetchFailed, match=r"503.*run the same command again"):
        get(hub, target)

    assert len(fake.asked) == ATTEMPTS


def test_attempts_that_bring_something_do_not_count_as_failures(hub: Hub, fake: FakeHub, target: Path) -> None:
    fake.faults = [Behaviour("model.onnx", cut_after=500, times=15)]

    get(hub, target)

    assert target.read_bytes() == CONTENT
    assert len(fake.asked) == 16


def test_a_hub_that_hangs_is_given_up_and_tried_again(fake: FakeHub, target: Path) -> None:
    answer = Event()
    fake.faults = [Behaviour("model.onnx", wait=answer)]

    with Hub(fake.address, lambda _: answer.set(), timeout=0.3) as hub:
        get(hub, target)

    assert target.read_bytes() == CONTENT


def test_a_slow_hub_is_waited_for(hub: Hub, fake: FakeHub, target: Path, pauses: list[float]) -> None:
    answer = Event()
    fake.faults = [Behaviour("model.onnx", wait=answer)]
    Timer(0.2, answer.set).start()

    get(hub, target)

    assert target.read_bytes() == CONTENT
    assert pauses == []


def test_nobody_there_is_told_after_a_few_attempts(target: Path) -> None:
    with Hub("http://127.0.0.1:9", lambda _: None) as hub, pytest.raises(FetchFailed, match="could not be fetched"):
        get(hub, target)


@pytest.mark.parametrize("status", [401, 403, 404])
def test_what_is_not_there_is_told_at_once(
    hub: Hub, fake: FakeHub, target: Path, pauses: list[float], status: int
) -> None:
    fake.faults = [Behaviour("model.onnx", status=status, times=9)]

    with pytest.raises(FetchFailed, match="no such model, revision or file"):
        get(hub, target)

    assert pauses == []


def test_another_refusal_is_told_with_its_number(hub: Hub, fake: FakeHub, target: Path) -> None:
    fake.faults = [Behaviour("model.onnx", status=451)]

    with pytest.raises(FetchFailed, match="451"):
        get(hub, target)


def test_a_file_shorter_than_told_is_never_taken_for_whole(hub: Hub, target: Path) -> None:
    with pytest.raises(FetchFailed, match="could not be fetched"):
        get(hub, target, size=len(CONTENT) + 1)

    assert not target.exists()


def test_a_file_longer_than_told_is_refused_and_thrown_away(hub: Hub, target: Path) -> None:
    with pytest.raises(FetchFailed, match="longer than"):
        get(hub, target, size=100)

    assert list(target.parent.iterdir()) == []


def test_a_redirect_to_another_place_is_followed(hub: Hub, fake: FakeHub, target: Path) -> None:
    elsewhere = f"{fake.address.replace('127.0.0.1', 'localhost')}/elsewhere/someone/tiny/resolve/{COMMIT}/"
    fake.faults = [Behaviour("model.onnx", location=f"{elsewhere}visual/model.onnx")]

    get(hub, target)

    assert target.read_bytes() == CONTENT
    assert fake.asked[-1][0].startswith("/elsewhere/")


@pytest.mark.parametrize("location", ["ftp://127.0.0.1/model.onnx", "file:///etc/passwd"])
def test_a_redirect_to_anything_but_https_or_the_same_is_refused(
    hub: Hub, fake: FakeHub, target: Path, location: str
) -> None:
    fake.faults = [Behaviour("model.onnx", location=location, times=9)]

    with pytest.raises(FetchFailed, match="not safe"):
        get(hub, target)


def test_redirects_that_go_round_end(hub: Hub, fake: FakeHub, target: Path) -> None:
    fake.faults = [Behaviour("model.onnx", location="/again/model.onnx", times=99)]

    with pytest.raises(FetchFailed, match="more than 5 times"):
        get(hub, target)


@pytest.mark.parametrize("body", [b"<html>Sign in</html>", b"[]", b"{}", *BAD_LISTINGS])
def test_an_answer_that_is_not_understood_is_told(hub: Hub, fake: FakeHub, body: bytes) -> None:
    fake.faults = [Behaviour("main", body=body)]

    with pytest.raises(FetchFailed, match="hub"):
        hub.look_up(ORDER)
