from __future__ import annotations

import sys
from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.local import local_owner


class Command(BaseCommand):
    help = "Give the owner of the photos taken in so far a name and a password to sign in with in server mode."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--password-stdin", action="store_true", help="read the password from standard input")

    def handle(self, *_: Any, username: str, password_stdin: bool, **options: Any) -> None:  # noqa: ARG002
        owner = local_owner()
        owner.username = owner.normalize_username(username)
        password = sys.stdin.readline().rstrip("\r\n") if password_stdin else _ask_twice()
        try:
            validate_password(password, owner)
            owner.set_password(password)
            owner.full_clean()
        except ValidationError as problem:
            raise CommandError(" ".join(problem.messages)) from problem
        owner.save(update_fields=["username", "password"])
        self.stdout.write(f"The owner now signs in as {owner.username}.")


def _ask_twice() -> str:
    password = getpass("Password: ")
    if password != getpass("Password (again): "):
        raise CommandError("The two passwords differ.")
    return password
