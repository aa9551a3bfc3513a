"""The errors a user can meet: each message is one line that says what, with which values, and what to do."""


class TracegraphError(Exception):
    """Base class of every error that tracegraph raises on purpose."""


class OpError(TracegraphError, ValueError):
    """An operation was used with shapes, types or options that do not fit."""


class OutOfMemory(TracegraphError, MemoryError):
    """An operation asked for an array that the memory of this machine cannot hold."""


class UntracedError(TracegraphError, TypeError):
    """A NumPy function that is not recorded was called on a tensor."""


class GraphError(TracegraphError, ValueError):
    """A graph is inconsistent, or was asked for something that it does not hold."""


class StoreError(TracegraphError, ValueError):
    """A .tgraph file cannot be read: damaged, too large, or not one at all."""


class MarkError(TracegraphError, ValueError):
    """A claim cannot be judged: an unknown quantity, not a number, the wrong shape, or a file that cannot be read."""


class LayoutError(TracegraphError, RuntimeError):
    """Graphviz did not deliver a drawing."""


class LayoutTimeout(LayoutError):
    """Graphviz did not finish within the time it was given."""


class MissingExtra(TracegraphError, ImportError):
    """Something optional is not installed; the message holds the pip line that brings it."""
