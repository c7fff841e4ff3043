"""The one counter and the one stopwatch."""

import threading
import time

import torch
from torch import nn

from models import measure
from models.measure import ROUNDS, fastest, multiply_adds, once, one_thread, seconds


def test_a_matrix_product_costs_rows_times_inner_times_columns():
    left, right = torch.zeros(7, 3), torch.zeros(3, 5)
    assert multiply_adds(lambda: left @ right) == 7 * 3 * 5
    assert multiply_adds(lambda: left.expand(2, 7, 3) @ right) == 2 * 7 * 3 * 5
    assert multiply_adds(lambda: [left @ right, left @ right]) == 2 * 7 * 3 * 5


def test_a_convolution_counts_its_padding_and_not_its_bias():
    convolution = nn.Conv2d(3, 4, 3, padding=1)
    assert multiply_adds(lambda: convolution(torch.zeros(1, 3, 6, 6))) == 6 * 6 * 9 * 3 * 4


def test_counting_leaves_a_run_of_another_thread_alone():
    pixels, found = torch.ones(2, 3, requires_grad=True), []
    network = nn.Linear(3, 4)

    def beside():
        found.extend(torch.autograd.grad(network(pixels).sum(), pixels))

    def work():
        thread = threading.Thread(target=beside)
        thread.start()
        thread.join()
        return network(pixels)

    assert multiply_adds(work) == 2 * 3 * 4
    torch.testing.assert_close(found, [network.weight.sum(0).expand(2, 3)])


def test_what_is_no_product_is_not_counted():
    assert multiply_adds(lambda: torch.zeros(5, 5).softmax(-1) + 1) == 0


def test_seconds_are_those_of_the_call(monkeypatch):
    clock = iter([10.0, 12.5])
    monkeypatch.setattr(time, "perf_counter", lambda: next(clock))
    called = []
    assert seconds(lambda: called.append(1)) == 2.5
    assert called == [1]


def test_what_the_gpu_still_computes_is_waited_for(monkeypatch):
    monkeypatch.setenv("LAB_DEVICE", "cuda")
    order = []
    monkeypatch.setattr(torch.cuda, "synchronize", lambda: order.append("ready"))
    seconds(lambda: order.append("called"))
    assert order == ["called", "ready"]


def test_one_thread_and_then_as_many_as_before():
    before = torch.get_num_threads()
    with one_thread():
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == before


def test_a_count_is_made_once_for_a_model_and_a_shape():
    made = []
    models = nn.Linear(2, 2), nn.Linear(2, 2)
    for model, shape in ((0, 3), (0, 3), (0, 4), (1, 3)):
        assert once(models[model], shape, lambda key=(model, shape): made.append(key) or len(made)) == len(made)
    assert made == [(0, 3), (0, 4), (1, 3)]


def test_all_take_turns_and_the_fastest_call_of_each_counts(monkeypatch, beats):
    called, clock = [], iter([9.0, 5.0, 4.0, 2.0, 3.0, 1.0, *[6.0] * 9])
    monkeypatch.setattr(measure, "seconds", lambda call: call() or next(clock))
    best = fastest([lambda: called.append("large"), lambda: called.append("small")], [1, 2], beats)
    assert called == ["large", "small", "small"] * ROUNDS
    assert best.tolist() == [2.0, 1.0]
    assert beats.count == 2 * ROUNDS
