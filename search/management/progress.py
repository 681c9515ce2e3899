from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from django.core.management.base import OutputWrapper

from photos.management.progress import Progress, progress_bar
from search.engines import Step, Told


@contextmanager
def progress_of_steps(out: OutputWrapper) -> Iterator[Told]:
    """Show how far work has come: a bar for each step, and only its name where nobody knows how long it takes."""
    bars: dict[str, Progress] = {}
    with ExitStack() as open_bars:

        def tell(step: Step) -> None:
            if step.name not in bars:
                open_bars.close()
                bars[step.name] = open_bars.enter_context(progress_bar(out, step.name, _vectors))
            if step.total:
                bars[step.name](step.done, step.total)
            else:
                out.write(f"{step.name} ...")

        yield tell


def _vectors(count: int) -> str:
    return f"{count} vectors"
