"""The search: its tree with every candidate, and where its output left the path of greedy decoding."""

from lab.text import Text
from lab.views.decoding.run import payload
from models.traces import DecodingTrace, SearchTrace

__all__ = ["claim", "departures", "payload"]


def claim(trace: DecodingTrace, text: Text) -> str:
    """At how many of the output's calls it did not take the most probable token; nothing where that says nothing."""
    search = trace.search
    if search.method == "greedy" or search.forces:
        return ""
    found = departures(search)
    kind = "departs" if found else "never_departs"
    return text(f"decoding.view.search.{search.method}_{kind}", departures=len(found), count=search.winner.step + 1)


def path(search: SearchTrace) -> list[int]:
    """The candidates that lead to the output, from the first call on."""
    candidates = [search.winner.candidate]
    for step in range(search.winner.step, 0, -1):
        candidates.append(int(search.steps[step - 1].kept[search.steps[step].parent[candidates[-1]]]))
    return candidates[::-1]


def departures(search: SearchTrace) -> list[int]:
    """The calls at which the output did not take its own most probable next token, as greedy decoding always does."""
    calls = []
    for number, (call, candidate) in enumerate(zip(search.steps, path(search), strict=False)):
        siblings = call.log_prob[call.parent == call.parent[candidate]]
        if call.log_prob[candidate] < siblings.max():
            calls.append(number)
    return calls
