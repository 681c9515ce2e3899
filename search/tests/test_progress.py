from __future__ import annotations

from io import StringIO

from django.core.management.base import OutputWrapper

from search.engines import Step
from search.management.progress import progress_of_steps


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def shown(out: StringIO) -> str:
    with progress_of_steps(OutputWrapper(out)) as told:
        for step in (
            Step("sampling", 50, 100),
            Step("sampling", 100, 100),
            Step("training", 0, 0),
            Step("adding", 9, 9),
        ):
            told(step)
    return out.getvalue()


def test_each_step_has_a_bar_of_its_own_that_moves_on_a_terminal() -> None:
    drawn = shown(Terminal())

    sampling, training, adding, end = drawn.split("\n")
    assert sampling.count("\rsampling [") == 2
    assert sampling.endswith("100 % of 100 vectors")
    assert training == "training ..."
    assert adding.startswith("\radding [####")
    assert end == ""


def test_elsewhere_it_is_lines() -> None:
    lines = shown(StringIO()).splitlines()

    assert [line.split()[0] for line in lines] == ["sampling", "sampling", "training", "adding"]
    assert "\r" not in "".join(lines)
