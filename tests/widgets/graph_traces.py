"""Hand-made traces of graphs."""

import numpy as np

from models.traces import GraphTrace, MasksTrace, PaperTrace, ScoresTrace

CLASSES = (
    *("Theory", "Reinforcement learning", "Genetic algorithms", "Neural networks"),
    *("Probabilistic methods", "Case based", "Rule learning"),
)


def learned() -> GraphTrace:
    """Four nodes, two of them told, one with a name that looks like markup; an edge is cut and another added."""
    generator = np.random.default_rng(0)
    pairs = [(0, 1), (1, 2), (0, 3)]
    source, target = np.array([*pairs, *(pair[::-1] for pair in pairs), *((at, at) for at in range(4))]).T
    scores = generator.exponential(size=(3, len(source)))
    sums = np.stack([np.bincount(target, row) for row in scores])
    probability = generator.dirichlet([1, 1], size=(2, 4))
    return GraphTrace(
        kind="gat",
        node=("Anna", "<b>Ben</b>", "小丽", "D"),
        classes=("red", "blue"),
        cut=((2, 3),),
        added=((0, 3),),
        doubled=1,
        label=np.array([0, -1, 1, 1]),
        known=np.array([True, False, True, False]),
        place=np.array([[0, 0], [0, 1], [1, 1], [1, 0.2]]),
        source=source,
        target=target,
        weight=scores / sums[:, target],
        channel_layer=np.array([0, 0, 1]),
        channel_head=np.array([0, 1, 0]),
        probability=probability[0],
        whole=probability[1],
        projected=generator.normal(size=(2, 4, 2)),
        explained=np.array([0.8, 1.0]),
        loss=np.array([0.7, 0.1]),
        right=np.array([0.0, 1.0]),
    )


def asked() -> PaperTrace:
    """A paper with two neighbours, of which one was cut off, and another beyond that one."""
    edges = [(2, 0), (0, 2), (1, 3), (3, 1), *((at, at) for at in range(4))]
    source, target = np.array(edges).T
    weight = np.full((2, len(edges)), np.nan)
    weight[0, target != 3] = 0.5
    weight[1, target == 0] = [0.7, 0.3]
    without = np.full((3, 7), np.nan)
    without[1] = [0.2, 0, 0, 0, 0, 0, 0.8]
    without[2] = [0.5, 0.1, 0.1, 0.1, 0.1, 0.1, 0]
    return PaperTrace(
        kind="gat",
        node=("10", "11", "12", "13"),
        classes=CLASSES,
        cut=((0, 1),),
        pair=((0, 1), (0, 2), (1, 3)),
        label=np.array([0, 0, 6, 0]),
        known=np.array([False, True, False, False]),
        hop=np.array([0, 1, 1, 2]),
        place=np.array([[0, 0], [0, 1], [1, 1], [1, 0.2]]),
        source=source,
        target=target,
        weight=weight,
        channel_layer=np.array([0, 1]),
        channel_head=np.array([0, 0]),
        probability=np.array([0.6, 0.4, 0, 0, 0, 0, 0]),
        whole=np.array([0.3, 0.7, 0, 0, 0, 0, 0]),
        without=without,
    )


def scored() -> MasksTrace:
    """Two heads on 4 x 4 patches, and one on a sentence of five tokens."""
    generator = np.random.default_rng(1)
    return MasksTrace(
        photo=ScoresTrace(
            "vit", 6, 12, tuple(map(str, range(1, 17))), (4, 4), generator.normal(0, 2, (2, 16, 16)).astype(np.float32)
        ),
        sentence=ScoresTrace(
            "marian",
            3,
            3,
            ("▁A", "▁dog", "▁runs", ".", "</s>"),
            (1, 5),
            generator.normal(0, 2, (2, 5, 5)).astype(np.float32),
        ),
        pixels=generator.integers(0, 255, (32, 32, 3), dtype=np.uint8),
    )
