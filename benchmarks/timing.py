"""Measure contestants side by side: by turns, so that whatever slows the machine slows all of them."""

import os
from multiprocessing import get_context
from statistics import median
from time import process_time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read when NumPy is imported

import numpy as np


def medians(makers, data, repeats, warm=5, turn=5):
    """Median seconds of processor time of one step by contestant; those that are not installed are left out.

    A turn is several steps, as in training: one alone would find the caches full of what the others left there.
    A maker takes the data and returns a step, and a step returns its loss, one array to compare, and whatever it keeps.
    """
    # Freed at once, it lets glibc keep what is freed from now on, for all alike. Otherwise some get their memory from
    # the system anew at every step, and page faults, which are a matter of luck, decide the race.
    np.empty(31 << 20, np.uint8)
    steps = {}
    for name, make in makers.items():
        try:
            steps[name] = make(*data)
        except ImportError:
            continue
    for _ in range(warm):
        agree({name: step()[:2] for name, step in steps.items()})
    times = {name: [] for name in steps}
    for _ in range(repeats):
        for name, step in steps.items():
            start = process_time()
            for _ in range(turn):
                step()  # what it returns is dropped inside the time
            times[name].append((process_time() - start) / turn)
    return {name: median(t) for name, t in times.items()}


def medians_apart(makers, data, repeats, warm=1):
    """The same with a process of its own for each: each pays for its own garbage, and for no other's."""
    context = get_context("spawn")
    pipes, workers = {}, []
    for name, make in makers.items():
        ours, theirs = context.Pipe()
        workers.append(context.Process(target=_work, args=(theirs, make, data), daemon=True))
        workers[-1].start()
        theirs.close()  # so that a worker that dies ends our waiting
        if ours.recv():
            pipes[name] = ours
    turns = [{name: _turn(pipe) for name, pipe in pipes.items()} for _ in range(warm + repeats)]
    for pipe in pipes.values():
        pipe.send(False)
    for worker in workers:
        worker.join()
    agree({name: result for name, (_, result) in turns[0].items()})
    return {name: median(turn[name][0] for turn in turns[warm:]) for name in pipes}


def _turn(pipe):
    pipe.send(True)
    return pipe.recv()


def _work(pipe, make, data):
    try:
        step = make(*data)
    except ImportError:
        pipe.send(False)
        return
    pipe.send(True)
    while pipe.recv():
        start = process_time()
        loss, array, *kept = step()
        del kept
        pipe.send((process_time() - start, (loss, array)))


def agree(results):
    """Raise unless all have computed the same."""
    (first, (loss, array)), *others = results.items()
    for name, (other_loss, other) in others:
        np.testing.assert_allclose(other_loss, loss, rtol=1e-4, err_msg=f"{name} against {first}")
        np.testing.assert_allclose(other, array, rtol=1e-2, atol=1e-5, err_msg=f"{name} against {first}")
