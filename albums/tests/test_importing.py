from __future__ import annotations

from pathlib import Path

from django.utils import timezone

from accounts.models import User
from albums.models import Album
from photos.imports.importing import Plan, bring_in
from photos.imports.report import Report
from photos.imports.walking import FolderSource
from photos.tests.pictures import jpeg


def test_each_folder_becomes_an_album_in_the_order_of_its_files(owner: User, media: Path, tmp_path: Path) -> None:
    files = {"b.jpg": "red", "2019/Rome/d.jpg": "blue", "2019/Rome/c.jpg": "red", "2018/Rome/e.jpg": "green"}
    for name, colour in files.items():
        path = tmp_path / "Pictures" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(jpeg((40, 30), colour))
    source = FolderSource([tmp_path / "Pictures"], albums=True)

    for _ in range(2):
        bring_in(source, Plan(owner), timezone.now, lambda *_: None, Report())

    albums = {album.title: [photo.original_name for photo in album.photos] for album in Album.objects.all()}
    assert albums == {"Pictures": ["b.jpg"], "2018 / Rome": ["e.jpg"], "2019 / Rome": ["b.jpg", "d.jpg"]}
    assert media.exists()
