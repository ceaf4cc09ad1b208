"""The examples of the five patterns run, and the page about them shows what they hold."""

import re
import runpy
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from agentia.agents import Specialist

if TYPE_CHECKING:
    from tests.agents.conftest import Mesh

REPO = Path(__file__).parents[2]
EXAMPLES = REPO / "examples" / "patterns"

SUMS = "Not done: The agent auditor has FAILED its task. There is no sum in it."
SAID = {
    "chain": ("It is is late.", "proofreader has proofread it, typesetter has set it."),
    "route": (
        "A refund, please",
        "Your money is on its way, as you asked: A refund, please (cashier, which matches skill",
    ),
    "parallel": ("It is late. Go.", f"It has 4 words.\nIts longest sentence is: It is late.\n{SUMS}"),
    "orchestrate": ("add 1 2 3\nsort pear apple", "adder: 6\nsorter: apple pear"),
    "refine": ("Cat sits on the mat again", "Version 3 is accepted: Cat sits on the"),
}


@pytest.mark.parametrize("pattern", SAID)
async def test_an_example_of_each_pattern_does_what_it_says(mesh: "Mesh", pattern: str) -> None:
    """The last specialist of each file organises the others."""
    found = runpy.run_path(str(EXAMPLES / f"{pattern}.py")).values()
    *_, organiser = [await mesh.join(each) for each in found if isinstance(each, Specialist)]
    asked, said = SAID[pattern]
    task = await organiser.send(asked)
    assert task["status"]["state"] == "TASK_STATE_COMPLETED"
    assert task["status"]["message"]["parts"][0]["text"].startswith(said)


def test_the_page_shows_the_examples_as_they_are() -> None:
    page = (REPO / "docs" / "patterns.md").read_text()
    shown = re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)
    examples = [path.read_text() for path in sorted(EXAMPLES.glob("*.py"))]
    assert len(shown) == len(examples) == len(SAID)
    assert all(any(each in example for example in examples) for each in shown)
