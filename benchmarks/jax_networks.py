"""The MLP, the convolutional network and the transformer in JAX, all runs by jit and vmap: an optional column.

JAX is no dependency of this project: where it cannot be imported, the column is left out.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from surgecore.training.workloads.models import DataModel
from surgecore.training.workloads.workloads import CharTransformer, DigitsMLP, FashionCNN

LR = 1e-3


def jax_version() -> str:
    """Which JAX there is, if any."""
    try:
        return version("jax")
    except PackageNotFoundError:
        return "not installed"


def jax_step(model: DataModel, workload: object, batch_size: int, runs: int) -> Callable[[], None] | None:
    """A step of Adam of all runs, one minibatch for all; None without JAX, and for workloads that are not here."""
    kinds = {DigitsMLP: _mlp, FashionCNN: _cnn, CharTransformer: _transformer}
    if type(workload) not in kinds:
        return None
    os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")
    try:
        import jax
        import jax.numpy as jnp
    except ImportError:
        return None
    out_of = kinds[type(workload)]
    x, y, rows = (jnp.asarray(t.numpy()) for t in (model.x, model.y, model.draw([0], batch_size, 0)[:, 0]))
    flat, params, at = model.initial(0).numpy(), {}, 0
    for name, shape in model.shapes.items():
        size = int(jnp.prod(jnp.array(shape)))
        params[name] = jnp.tile(flat[at : at + size].reshape(1, *shape), (runs, *[1] * len(shape)))
        at += size

    def loss(p: Any, x: Any, y: Any) -> Any:
        logits = jax.nn.log_softmax(out_of(p, x, workload).reshape(y.size, -1))
        return -jnp.take_along_axis(logits, y.reshape(-1, 1), axis=1).mean()

    def advance(p: Any, m: Any, v: Any, t: float, row: Any) -> Any:
        g = jax.vmap(jax.grad(loss), in_axes=(0, None, None))(p, x[row], y[row])
        m = jax.tree.map(lambda a, b: 0.9 * a + 0.1 * b, m, g)
        v = jax.tree.map(lambda a, b: 0.999 * a + 0.001 * b * b, v, g)
        c1, c2 = 1 - 0.9**t, 1 - 0.999**t
        return jax.tree.map(lambda p, a, b: p - LR * (a / c1) / (jnp.sqrt(b / c2) + 1e-8), p, m, v), m, v

    jitted = jax.jit(advance, donate_argnums=(0, 1, 2))
    held: dict[str, Any] = {"s": (params, *(jax.tree.map(jnp.zeros_like, params) for _ in range(2))), "t": 0}

    def step() -> None:
        held["t"] += 1
        held["s"] = jitted(*held["s"], float(held["t"]), rows[held["t"] % len(rows)])
        jax.block_until_ready(held["s"][0])

    return step


def _gelu(h: Any) -> Any:
    import jax

    return jax.nn.gelu(h, approximate=True)


def _mlp(p: Any, x: Any, workload: DigitsMLP) -> Any:
    return _gelu(x @ p["w1"].T + p["b1"]) @ p["w2"].T + p["b2"]


def _cnn(p: Any, x: Any, workload: FashionCNN) -> Any:
    from jax import lax

    h = x
    for kernel, shift in (("k1", "c1"), ("k2", "c2")):
        h = lax.conv_general_dilated(h, p[kernel], (1, 1), "VALID", dimension_numbers=("NCHW", "OIHW", "NCHW"))
        h = lax.reduce_window(h + p[shift][:, None, None], -float("inf"), lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")
        h = _gelu(h)
    h = h.reshape(len(h), -1)
    for weight, shift in (("w1", "b1"), ("w2", "b2")):
        h = _gelu(h @ p[weight].T + p[shift])
    return h @ p["w3"].T + p["b3"]


def _transformer(p: Any, x: Any, workload: CharTransformer) -> Any:
    import jax
    import jax.numpy as jnp

    def norm(h: Any, gain: Any) -> Any:
        off = h - h.mean(-1, keepdims=True)
        return off * jax.lax.rsqrt((off * off).mean(-1, keepdims=True) + 1e-5) * (1 + gain)

    heads, later = workload.heads, ~jnp.tri(workload.context, dtype=bool)
    h = p["tokens"][x] + p["places"]
    for i in range(workload.layers):
        parts = (norm(h, p[f"n{i}"]) @ p[f"qkv{i}"].T).reshape(*x.shape, 3, heads, -1)
        q, k, v = (parts[:, :, j] for j in range(3))
        scores = jnp.einsum("bqhd,bkhd->bhqk", q, k) / q.shape[-1] ** 0.5
        share = jax.nn.softmax(jnp.where(later, -jnp.inf, scores), axis=-1)
        h = h + jnp.einsum("bhqk,bkhd->bqhd", share, v).reshape(*x.shape, -1) @ p[f"out{i}"].T
        h = h + _gelu(norm(h, p[f"m{i}"]) @ p[f"up{i}"].T) @ p[f"down{i}"].T
    return norm(h, p["norm"]) @ p["head"].T
