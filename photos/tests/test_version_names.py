from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from photos.version_names import KEY_LENGTH, VersionName


@pytest.mark.parametrize(
    ("name", "key", "edited", "number"),
    [
        ("IMG_1234.JPG", "img_1234", False, 0),
        ("IMG_1234.CR3", "img_1234", False, 0),
        ("img_1234.heic", "img_1234", False, 0),
        ("IMG_E1234.JPG", "img_1234", True, 1),
        ("IMG_EAST.JPG", "img_east", False, 0),
        ("IMG_1234-edited.jpg", "img_1234", True, 1),
        ("IMG_1234_edited.jpg", "img_1234", True, 1),
        ("IMG_1234-bearbeitet.jpg", "img_1234", True, 1),
        ("IMG_1234-modifie\u0301.jpg", "img_1234", True, 1),
        ("IMG_1234-edited(2).jpg", "img_1234(2)", True, 1),
        ("IMG_1234(2).jpg", "img_1234(2)", False, 0),
        ("IMG_20190521_104552~2.jpg", "img_20190521_104552", True, 2),
        ("IMG_1234~12.jpg", "img_1234", True, 12),
        ("DSC_0001-Edit.tif", "dsc_0001", True, 1),
        ("DSC_0001-Edit-3.tif", "dsc_0001", True, 3),
        ("DSC_0001-Enhanced-NR.dng", "dsc_0001", True, 1),
        ("PXL_20240501_123045678.RAW-01.MP.COVER.jpg", "pxl_20240501_123045678", False, 0),
        ("PXL_20240501_123045678.RAW-02.ORIGINAL.dng", "pxl_20240501_123045678", False, 0),
        ("PXL_20240501_123045678.MP.jpg", "pxl_20240501_123045678", False, 0),
        ("accredited.jpg", "accredited", False, 0),
        ("credit.jpg", "credit", False, 0),
        ("_edited.jpg", "_edited", False, 0),
        ("version 1.5", "version 1", False, 0),
        ("Lisbon. At night", "lisbon. at night", False, 0),
        ("", "", False, 0),
    ],
)
def test_a_name_tells_of_which_photo_it_is_a_version(name: str, key: str, edited: bool, number: int) -> None:
    assert VersionName.of(name) == VersionName(key, edited, number)


@settings(deadline=None)
@given(st.text(max_size=300))
def test_every_name_has_a_key_that_fits_its_column(name: str) -> None:
    assert len(VersionName.of(name).key) <= KEY_LENGTH
