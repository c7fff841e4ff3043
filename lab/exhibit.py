"""The records from which the page, its wiring, its saved runs, its tests and its tables are made.

A run is the measurement of one claim: named inputs in, one trace out. Its views show that trace. An exhibit is a tab:
inputs, and the runs that share them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pkgutil import resolve_name
from types import ModuleType
from typing import Any, Literal

from lab.inputs.kinds import Input
from lab.text import Text
from models.axes import Trace
from models.checkpoint import build_lock

Truth = Literal["measured", "recorded", "derived", "illustration"]
"""measured: on the visitor's input, now. recorded: by a recipe, earlier. derived: by formula or by counting, from no
photo, sentence or weight. illustration: neither."""


@dataclass(frozen=True, eq=False)
class View:
    """One way to look at a run's trace; its words are [view.<name>] in the exhibit's text file.

    shows: a module of lab/views that has, by name, what the view needs: `payload(trace, text)` or `chart(trace, text)`
    for the widget, a folder of assets/widgets; `claim(trace, text)`, a sentence that was measured, shown below it;
    `verdict(trace, text)`, the sentence of the view's row in the exhibit's table.
    aside: shown beside the inputs instead of in a tab.
    """

    name: str
    shows: ModuleType
    widget: str = ""
    aside: bool = False
    truth: Truth = "measured"

    @property
    def payload(self) -> Callable[[Any, Text], Any] | None:
        """What makes the widget's value of a trace."""
        return getattr(self.shows, "chart" if self.widget == "chart" else "payload") if self.widget else None

    @property
    def claim(self) -> Callable[[Any, Text], str] | None:
        """What makes the measured sentence of a trace."""
        return getattr(self.shows, "claim", None)

    @property
    def verdict(self) -> Callable[[Any, Text], str] | None:
        """What makes the sentence of the table of a trace."""
        return getattr(self.shows, "verdict", None)


@dataclass(frozen=True, eq=False)
class Endpoint:
    """A name under which Python and agents ask for a run (lab/api), one that needs no exhibit beside it.

    without: the inputs, views and parts of the trace that it leaves out, by name.
    """

    name: str
    without: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Run:
    """One measurement.

    compute: "module:function", imported with the first run, so that the page opens before torch loads. It is called
    with the values of `inputs`, names of the exhibit's inputs, models opened, and with `progress`; it returns a trace
    or, where the run `grows`, yields growing ones of which the last is the whole. trace: its type.
    open: "module:function" where models are opened in another way than each by its own input.
    actions: what the run's widgets may ask for, and the hidden input that this sets.
    fresh: it measures this machine, so that the button always measures anew.
    saved: the questions whose answers are saved, by a name for the file: what of each is not as the page sets it.
    endpoints: by default one of the run's own name.
    """

    name: str
    compute: str
    trace: type[Trace]
    views: tuple[View, ...]
    inputs: tuple[str, ...] = ()
    open: str = ""
    actions: Mapping[str, str] = field(default_factory=dict)
    fresh: bool = False
    grows: bool = False
    saved: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: {"": {}})
    endpoints: tuple[Endpoint, ...] = ()

    @property
    def recorded(self) -> bool:
        """Whether it reads what a recipe recorded, and computes nothing."""
        return all(view.truth == "recorded" for view in self.views)

    def function(self) -> Callable[..., Any]:
        """The function that `compute` names."""
        return _imported(self.compute)

    def opener(self) -> Callable[..., Any]:
        """The function that `open` names."""
        return _imported(self.open)


def _imported(name: str) -> Callable[..., Any]:
    """The function of a module, imported while no other one is and no model is built.

    transformers loads its parts when they are asked for; a thread that asks in the midst of another's import gets an
    ImportError, as two students did whose first questions came at the same time.
    """
    with build_lock:
        return resolve_name(name)


@dataclass(frozen=True, eq=False)
class Exhibit:
    """One tab: `name` is its text file.

    opens: by language, the values that its page opens with instead of defaults. focused: an input is seen only beside
    views whose run takes it.
    """

    name: str
    inputs: tuple[Input, ...]
    runs: tuple[Run, ...]
    opens: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    focused: bool = False

    @property
    def views(self) -> dict[str, tuple[Run, View]]:
        """Every view by its name, with its run, in the order of the tabs."""
        return {view.name: (run, view) for run in self.runs for view in run.views}

    def input(self, name: str) -> Input:
        """The input of this name."""
        return next(one for one in self.inputs if one.name == name)

    def run(self, name: str) -> Run:
        """The run of this name."""
        return next(one for one in self.runs if one.name == name)
