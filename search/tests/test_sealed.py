from __future__ import annotations

from pathlib import Path

import pytest

from search.index.sealed import Unsealed, read_sealed, write_sealed

CONTENT = {"count": 3, "files": {"ids.npy": "ab"}, "none": None}


def test_what_was_written_is_read(tmp_path: Path) -> None:
    write_sealed(tmp_path / "a.json", CONTENT)

    assert read_sealed(tmp_path / "a.json") == CONTENT


def test_writing_replaces_at_one_stroke_and_leaves_nothing_else(tmp_path: Path) -> None:
    write_sealed(tmp_path / "a.json", CONTENT)
    write_sealed(tmp_path / "a.json", {"count": 4})

    assert read_sealed(tmp_path / "a.json") == {"count": 4}
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_every_single_flipped_byte_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_sealed(path, CONTENT)
    good = path.read_bytes()

    for place in range(len(good)):
        path.write_bytes(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])
        try:
            assert read_sealed(path) == CONTENT, "white space may differ, content may not"
        except Unsealed:
            continue


@pytest.mark.parametrize("rubbish", [b"", b"{", b"[]", b"null", b'{"content": 1}', b"\xff\xfe", b"[" * 100_000])
def test_rubbish_is_noticed(rubbish: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(rubbish)

    with pytest.raises(Unsealed):
        read_sealed(tmp_path / "a.json")


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    folder = tmp_path / "a.json"
    folder.mkdir()
    (folder / "in the way").touch()

    with pytest.raises(OSError, match=r"a\.json"):
        write_sealed(folder, CONTENT)

    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]
