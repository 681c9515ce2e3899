from __future__ import annotations

from datetime import datetime

import pytest

from photos.metadata.filenames import Named, Period, date_in_folder, date_in_name

MOMENT = datetime(2019, 5, 21, 10, 45, 52)
FINE = datetime(2019, 5, 21, 10, 45, 52, 123_000)
DAY = datetime(2019, 5, 21)


@pytest.mark.parametrize(
    ("name", "wall"),
    [
        ("IMG_20190521_104552.jpg", MOMENT),
        ("IMG_20190521_104552_1.jpg", MOMENT),
        ("IMG_20190521_104552123.jpg", FINE),
        ("MVIMG_20190521_104552.jpg", MOMENT),
        ("VID_20190521_104552.jpg", MOMENT),
        ("20190521_104552.jpg", MOMENT),
        ("20190521-104552(1).jpg", MOMENT),
        ("20190521104552.jpg", MOMENT),
        ("DSC20190521104552.jpg", MOMENT),
        ("00100dPORTRAIT_00100_BURST20190521104552123_COVER.jpg", FINE),
        ("C360_2019-05-21-10-45-52-123.jpg", FINE),
        ("WP_20190521_10_45_52_Pro.jpg", MOMENT),
        ("2019-05-21 10.45.52.jpg", MOMENT),
        ("2019-05-21 10-45-52.jpg", MOMENT),
        ("2019-05-21T10:45:52.jpg", MOMENT),
        ("Photo 2019-05-21, 10 45 52.jpg", MOMENT),
        ("Screenshot 2019-05-21 at 10.45.52.png", MOMENT),
        ("Screen Shot 2019-05-21 at 10.45.52 AM.png", MOMENT),
        ("Screenshot 2019-05-21 at 10.45.52\u202fPM.png", datetime(2019, 5, 21, 22, 45, 52)),
        ("Screen Shot 2019-05-21 at 12.05.00 AM (2).png", datetime(2019, 5, 21, 0, 5)),
        ("Bildschirmfoto 2019-05-21 um 10.45.52.png", MOMENT),
        ("Capture d\u2019écran 2019-05-21 à 10.45.52.png", MOMENT),
        ("Screenshot 2019-05-21 104552.png", MOMENT),
        ("Screenshot_20190521-104552_Chrome.png", MOMENT),
        ("Screenshot_2019-05-21-10-45-52.png", MOMENT),
        ("Screenshot_2019-05-21-10-45-52-123_com.android.chrome.png", FINE),
        ("telegram_2020_01_30_09_57_18.jpg", datetime(2020, 1, 30, 9, 57, 18)),
        ("photo_2020-01-30_09-57-18.jpg", datetime(2020, 1, 30, 9, 57, 18)),
        ("signal-2019-05-21-104552.jpg", MOMENT),
        ("signal-2019-05-21-10-45-52-123.jpg", FINE),
        ("WhatsApp Image 2019-05-21 at 10.45.52 (1).jpeg", MOMENT),
        ("WhatsApp Image 2019-05-21 at 1.45.52 PM.jpeg", datetime(2019, 5, 21, 13, 45, 52)),
        ("IMG-20190521-WA0001.jpg", DAY),
        ("WP_20190521_001.jpg", DAY),
        ("IMG_20190521_999999.jpg", DAY),
        ("2019-05-21.jpg", DAY),
        ("2019_05_21 Beach 004.jpg", DAY),
        ("scan 1965-07-30.tif", datetime(1965, 7, 30)),
    ],
)
def test_the_date_in_a_name_is_read(name: str, wall: datetime) -> None:
    assert date_in_name(name) == Named(wall)


@pytest.mark.parametrize(
    ("name", "utc"),
    [
        ("PXL_20190521_104552123.jpg", FINE),
        ("PXL_20190521_104552123.MP.jpg", FINE),
        ("20190521T104552Z.jpg", MOMENT),
        ("FB_IMG_1558428352123.jpg", datetime(2019, 5, 21, 8, 45, 52, 123_000)),
        ("1558428352123.jpg", datetime(2019, 5, 21, 8, 45, 52, 123_000)),
    ],
)
def test_names_that_tell_the_time_of_utc_are_known(name: str, utc: datetime) -> None:
    assert date_in_name(name) == Named(utc, is_utc=True)


@pytest.mark.parametrize(
    "name",
    [
        "DSC_0123.JPG",
        "IMG_12345678.jpg",
        "IMG_20191399_104552.jpg",
        "IMG_20190230.jpg",
        "2019052110.jpg",
        "123420190521.jpg",
        "received_1558428352123456.jpeg",
        "picture.jpg",
        "",
        ".jpg",
        "20" * 2000,
    ],
)
def test_a_name_without_a_date_has_none(name: str) -> None:
    assert date_in_name(name) is None


@pytest.mark.parametrize(
    ("folder", "period"),
    [
        ("2019/05/21", Period(DAY, datetime(2019, 5, 22))),
        ("2019-05-21 Beach", Period(DAY, datetime(2019, 5, 22))),
        ("Photos/2019/2019_05_21 Beach", Period(DAY, datetime(2019, 5, 22))),
        ("20190521", Period(DAY, datetime(2019, 5, 22))),
        ("2019/05-21", Period(DAY, datetime(2019, 5, 22))),
        ("2019/05/21/raw", Period(DAY, datetime(2019, 5, 22))),
        ("2019/05", Period(datetime(2019, 5, 1), datetime(2019, 6, 1))),
        ("2019-12 Holidays/Day 1", Period(datetime(2019, 12, 1), datetime(2020, 1, 1))),
        ("2019", Period(datetime(2019, 1, 1), datetime(2020, 1, 1))),
        ("2019/May", Period(datetime(2019, 1, 1), datetime(2020, 1, 1))),
        ("Takeout/Photos from 2019", Period(datetime(2019, 1, 1), datetime(2020, 1, 1))),
        ("2019/2020-01-02 New Year", Period(datetime(2020, 1, 2), datetime(2020, 1, 3))),
        ("2019/13", Period(datetime(2019, 1, 1), datetime(2020, 1, 1))),
        ("Summer", None),
        ("12019", None),
        ("DCIM/100CANON", None),
        ("", None),
    ],
)
def test_the_deepest_folder_that_names_a_date_tells_it(folder: str, period: Period | None) -> None:
    assert date_in_folder(folder) == period
