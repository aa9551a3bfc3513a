"""A process that is forked while another thread differentiates or draws works as if it were alone."""

import subprocess
import sys

import pytest

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs fork")

PROGRAM = """
import os, signal, threading, time, warnings
import tracegraph as tg
warnings.simplefilter("ignore", DeprecationWarning)  # of forking with threads, since Python 3.12
w = tg.parameter(0.5, "w")

def loss(length):
    y = w
    for _ in range(length):
        y = tg.sin(y) + w
    return y

shared = loss(2000)
drawn = loss(2)
def work():
{work}
work()
stop = []
def always():
    while not stop:
        work()
thread = threading.Thread(target=always)
thread.start()
ends = []
for _ in range(8):
    time.sleep(0.01)
    pid = os.fork()
    if not pid:
        signal.alarm(20)
        work()
        assert isinstance(loss(3).backward()[w], float) and isinstance(w.grad, float)
        os._exit(0)
    ends.append(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
stop.append(1)
thread.join()
print(ends)
"""


@posix
@pytest.mark.slow
@pytest.mark.parametrize(
    "work",
    ["shared.backward()", "tg.draw(drawn).svg", "str(tg.draw(drawn)); tg.draw(drawn).render('json')"],
    ids=["backward", "svg", "tables"],
)
def test_a_fork_beside_a_busy_thread(work: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(work=f"    {work}")], capture_output=True, text=True, timeout=250
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{[0] * 8}\n", "")


@posix
@pytest.mark.slow
def test_half_a_walk_leaves_nothing_in_the_child() -> None:
    program = """
import os, warnings, tracegraph as tg
from threading import Event, Thread
warnings.simplefilter("ignore", DeprecationWarning)
entered, go = Event(), Event()
def wait(g, y, x):
    entered.set(); go.wait(); return g
x = tg.tensor(1.0)
@tg.extend.op("x", ("g", wait))
def waits(x):
    "x"
    return x
Thread(target=lambda: tg.waits(x * 2.0).backward()).start()
entered.wait()
pid = os.fork()
if not pid:
    os._exit(0 if x.grad is None and (x * 3.0).backward()[x] == 3.0 else 1)
code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
go.set()
print(code)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("0\n", "")
