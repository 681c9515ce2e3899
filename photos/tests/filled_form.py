"""Forms of a page as a browser would send them back."""

from __future__ import annotations

from html.parser import HTMLParser

Attributes = list[tuple[str, str | None]]


def filled_form(page: str, form_id: str) -> dict[str, str]:
    """Return what a browser sends for a form of the page in which nobody has touched anything."""
    reader = _FormReader(form_id)
    reader.feed(page)
    return reader.fields


class _FormReader(HTMLParser):
    def __init__(self, form_id: str) -> None:
        super().__init__()
        self.form_id = form_id
        self.inside = False
        self.fields: dict[str, str] = {}
        self.select = self.textarea = ""

    def handle_starttag(self, tag: str, attributes: Attributes) -> None:
        facts = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.inside = facts.get("id") == self.form_id
        elif not self.inside or "disabled" in facts:
            return
        elif tag == "select":
            self.select = facts.get("name", "")
        elif tag == "option" and self.select and "selected" in facts:
            self.fields[self.select] = facts.get("value", "")
        elif tag == "textarea":
            self.textarea = facts["name"]
            self.fields[self.textarea] = ""
        elif tag == "input" and facts.get("name"):
            self._input(facts)

    def _input(self, facts: dict[str, str]) -> None:
        kind = facts.get("type", "text")
        if kind in ("checkbox", "radio"):
            if "checked" in facts:
                self.fields[facts["name"]] = facts.get("value", "on")
        elif kind != "submit":
            self.fields[facts["name"]] = facts.get("value", "")

    def handle_data(self, data: str) -> None:
        if self.textarea:
            self.fields[self.textarea] += data.removeprefix("\n") if not self.fields[self.textarea] else data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "select":
            self.select = ""
        elif tag == "textarea":
            self.textarea = ""
