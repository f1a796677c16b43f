"""Stand-ins for `torch.cuda` on a machine without a GPU: graphs that replay what they recorded, and nothing else.

A recorded graph holds operations with the very tensors that they read and wrote, as a CUDA graph holds addresses. A
number that came from the host is a number in the recording for ever, a tensor that was read is read again.
"""

from contextlib import contextmanager, nullcontext

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten


class Graph:
    """Stands for a CUDA graph."""

    def __init__(self):
        self.operations = []
        self.replays = 0

    def replay(self):
        self.replays += 1
        with torch.no_grad():
            for function, args, kwargs, outputs in self.operations:
                again = tree_flatten(function(*args, **kwargs))[0]
                for old, new in zip(outputs, again, strict=True):
                    # what was computed lies where it lay at the capture; views and in-place results are there already
                    if isinstance(old, torch.Tensor) and old.data_ptr() != new.data_ptr():
                        old.copy_(new)


class _Recorder(TorchDispatchMode):
    def __init__(self, graph):
        super().__init__()
        self.graph = graph

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        out = function(*args, **(kwargs or {}))
        self.graph.operations.append((function, args, kwargs or {}, tree_flatten(out)[0]))
        return out


class Cuda:
    """Puts the stand-ins in place; `graphs` are those that were captured."""

    def __init__(self, monkeypatch):
        self.graphs, self.fail_in = [], None
        monkeypatch.setattr(torch.cuda, "Stream", lambda device=None: self)
        monkeypatch.setattr(torch.cuda, "current_stream", lambda device=None: self)
        monkeypatch.setattr(torch.cuda, "stream", self._aside)
        monkeypatch.setattr(torch.cuda, "CUDAGraph", Graph)
        monkeypatch.setattr(torch.cuda, "graph", self._capture)
        monkeypatch.setattr(torch.cuda, "graph_pool_handle", lambda: self)

    def wait_stream(self, other):
        pass

    @contextmanager
    def _aside(self, stream):
        with nullcontext():
            yield
        if self.fail_in == "warm-up":
            raise torch.OutOfMemoryError("out of memory")

    @contextmanager
    def _capture(self, graph, pool=None, capture_error_mode="global"):
        assert pool is self  # graphs of an engine share their memory
        with _Recorder(graph):
            yield
        if self.fail_in == "capture":
            raise RuntimeError("operation not permitted when stream is capturing")
        if self.fail_in == "replay":
            graph.operations = graph.operations[:-3]  # captured, but not what was meant
        self.graphs.append(graph)


def on_device(engine):
    """The engine as it is on a GPU: numbers of a step from tables, steps as graphs."""
    engine._begin(on_device=True)
    engine._hold(engine.buffers)
    return engine
