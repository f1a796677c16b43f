# mypy: ignore-errors
# ruff: noqa: ANN001, ANN201, SIM108
"""Kernels that keep a run's parameters and state on the chip for many steps: one program is one run (Triton).

Imported where Triton is there only. With TRITON_INTERPRET=1 they run on a CPU, for tests.
"""

import triton
import triton.language as tl

_GELU_1 = tl.constexpr(1.5957691216057308)  # of tanh-GELU as h * sigmoid(h * (_GELU_1 + _GELU_3 * h * h))
_GELU_3 = tl.constexpr(0.07135481282705225)
#: One compiled kernel serves any minibatch, any number of runs, and any part of a block.
_ANY = ["examples", "row", "steps", "groups", "runs"]


@triton.jit
def update(p, m, v, g, lr, c, e, RULE: tl.constexpr, B1: tl.constexpr, B2: tl.constexpr, WD: tl.constexpr):
    """One step of a rule, as `surgecore.training.engine.optimizers` has it; new parameters and averages."""
    if RULE == "sgd" or RULE == "adam":
        if WD != 0:
            g = g + WD * p
    elif WD != 0:
        p = p - WD * (p * lr)
    if RULE == "adam" or RULE == "adamw":
        m = m + (g - m) * (1 - B1)
        v = v * B2 + (g * g) * (1 - B2)
        step = m / (tl.sqrt(v) * c + e)
    elif RULE == "sgd":
        if B1 != 0:
            m = m * B1 + g
            if B2 != 0:  # Nesterov
                step = g + B1 * m
            else:
                step = m
        else:
            step = g
    elif RULE == "lion":
        aim = m + (g - m) * (1 - B1)
        step = tl.where(aim > 0, 1.0, 0.0) - tl.where(aim < 0, 1.0, 0.0)
        m = m + (g - m) * (1 - B2)
    else:
        step = tl.where(g > 0, 1.0, 0.0) - tl.where(g < 0, 1.0, 0.0)
    return p - step * lr, m, v


@triton.jit
def averages(M, V, where, mask, p, STATES: tl.constexpr):
    """Load the averages that a rule has; the others are of the parameters' shape and never used."""
    m = p
    v = p
    if STATES > 0:
        m = tl.load(M + where, mask=mask, other=0.0)
    if STATES > 1:
        v = tl.load(V + where, mask=mask, other=0.0)
    return m, v


@triton.jit
def keep(P, M, V, where, mask, p, m, v, STATES: tl.constexpr):
    """Store what changed."""
    tl.store(P + where, p, mask=mask)
    if STATES > 0:
        tl.store(M + where, m, mask=mask)
    if STATES > 1:
        tl.store(V + where, v, mask=mask)


@triton.jit
def numbers(TABLE, at, WIDTH: tl.constexpr):
    """Multiplier of the rate and the rule's two scalars at a step."""
    factor = tl.load(TABLE + at * WIDTH)
    c = 0.0
    e = 0.0
    if WIDTH > 1:
        c = tl.load(TABLE + at * WIDTH + 1)
        e = tl.load(TABLE + at * WIDTH + 2)
    return factor, c, e


@triton.jit
def residual(z, y, cc, used, scale, NC: tl.constexpr):
    """Gradient of the mean cross-entropy at the logits, examples first; zero for examples beyond the minibatch."""
    z = tl.where((cc < NC)[None, :], z, -1e30)
    z = tl.exp(z - tl.max(z, 1)[:, None])
    hot = tl.where(y[:, None] == cc[None, :], 1.0, 0.0)
    return tl.where(used[:, None], (z / tl.sum(z, 1)[:, None] - hot) * scale, 0.0)


@triton.jit
def look_up(X, Y, DRAWN, used, ii, IN: tl.constexpr):
    """Inputs and labels of the drawn examples."""
    rows = tl.load(DRAWN, mask=used, other=0)
    return tl.load(X + rows[:, None] * IN + ii[None, :]), tl.load(Y + rows)


@triton.jit
def gelu(h):
    """tanh-GELU and its slope."""
    s = 1 / (1 + tl.exp(-h * (_GELU_1 + _GELU_3 * (h * h))))
    return h * s, s + h * s * (1 - s) * (_GELU_1 + 3 * _GELU_3 * (h * h))


@triton.jit(do_not_specialize=_ANY)
def mlp(
    P, M, V, LR, X, Y, examples, DRAWN, TABLE, row, steps, groups, runs,
    T: tl.constexpr, H: tl.constexpr, IN: tl.constexpr, C: tl.constexpr, NC: tl.constexpr,
    WIDTH: tl.constexpr, STATES: tl.constexpr, RULE: tl.constexpr, B1: tl.constexpr, B2: tl.constexpr,
    WD: tl.constexpr, PREC: tl.constexpr,
):  # fmt: skip
    """Steps of one run of a network with one hidden tanh-GELU layer, minibatches `T` examples at a time."""
    run = tl.program_id(0).to(tl.int64)
    group = run // runs
    all_runs = groups * runs
    hh, ii = tl.arange(0, H), tl.arange(0, IN)
    cc, tt = tl.arange(0, C), tl.arange(0, T)
    at_w1 = run * (H * IN) + hh[:, None] * IN + ii[None, :]
    at_b1 = all_runs * (H * IN) + run * H + hh
    at_w2 = all_runs * (H * IN + H) + run * (NC * H) + cc[:, None] * H + hh[None, :]
    at_b2 = all_runs * (H * IN + H + NC * H) + run * NC + cc
    in_b2 = cc < NC
    in_w2 = in_b2[:, None] & (hh >= 0)[None, :]
    in_w1, in_b1 = (hh >= 0)[:, None] & (ii >= 0)[None, :], hh >= 0
    lr = tl.load(LR + run * (H * IN))
    w1 = tl.load(P + at_w1)
    b1 = tl.load(P + at_b1)
    w2 = tl.load(P + at_w2, mask=in_w2, other=0.0)
    b2 = tl.load(P + at_b2, mask=in_b2, other=0.0)
    m1, v1 = averages(M, V, at_w1, in_w1, w1, STATES)
    mb1, vb1 = averages(M, V, at_b1, in_b1, b1, STATES)
    m2, v2 = averages(M, V, at_w2, in_w2, w2, STATES)
    mb2, vb2 = averages(M, V, at_b2, in_b2, b2, STATES)
    for t in range(row, row + steps):
        g1 = tl.zeros([H, IN], tl.float32)
        gb1 = tl.zeros([H], tl.float32)
        g2 = tl.zeros([C, H], tl.float32)
        gb2 = tl.zeros([C], tl.float32)
        for first in range(0, examples, T):
            used = first + tt < examples
            x, y = look_up(X, Y, DRAWN + (t * groups + group) * examples + first + tt, used, ii, IN)
            h = tl.dot(x, tl.trans(w1), input_precision=PREC) + b1[None, :]
            a, slope = gelu(h)
            z = tl.dot(a, tl.trans(w2), input_precision=PREC) + b2[None, :]
            d = residual(z, y, cc, used, 1.0 / examples, NC)
            g2 += tl.dot(tl.trans(d), a, input_precision=PREC)
            gb2 += tl.sum(d, 0)
            d = tl.dot(d, w2, input_precision=PREC) * slope
            g1 += tl.dot(tl.trans(d), x, input_precision=PREC)
            gb1 += tl.sum(d, 0)
        factor, c, e = numbers(TABLE, t, WIDTH)
        w1, m1, v1 = update(w1, m1, v1, g1, lr * factor, c, e, RULE, B1, B2, WD)
        b1, mb1, vb1 = update(b1, mb1, vb1, gb1, lr * factor, c, e, RULE, B1, B2, WD)
        w2, m2, v2 = update(w2, m2, v2, g2, lr * factor, c, e, RULE, B1, B2, WD)
        b2, mb2, vb2 = update(b2, mb2, vb2, gb2, lr * factor, c, e, RULE, B1, B2, WD)
    keep(P, M, V, at_w1, in_w1, w1, m1, v1, STATES)
    keep(P, M, V, at_b1, in_b1, b1, mb1, vb1, STATES)
    keep(P, M, V, at_w2, in_w2, w2, m2, v2, STATES)
    keep(P, M, V, at_b2, in_b2, b2, mb2, vb2, STATES)


@triton.jit(do_not_specialize=_ANY)
def softmax(
    P, M, V, LR, X, Y, examples, DRAWN, TABLE, row, steps, groups, runs,
    T: tl.constexpr, IN: tl.constexpr, C: tl.constexpr, NC: tl.constexpr,
    WIDTH: tl.constexpr, STATES: tl.constexpr, RULE: tl.constexpr, B1: tl.constexpr, B2: tl.constexpr,
    WD: tl.constexpr, PREC: tl.constexpr,
):  # fmt: skip
    """Steps of one run of softmax regression."""
    run = tl.program_id(0).to(tl.int64)
    group = run // runs
    ii = tl.arange(0, IN)
    cc = tl.arange(0, C)
    tt = tl.arange(0, T)
    at_w = run * (NC * IN) + cc[:, None] * IN + ii[None, :]
    at_b = groups * runs * (NC * IN) + run * NC + cc
    in_b = cc < NC
    in_w = in_b[:, None] & (ii >= 0)[None, :]
    lr = tl.load(LR + run * (NC * IN))
    w = tl.load(P + at_w, mask=in_w, other=0.0)
    b = tl.load(P + at_b, mask=in_b, other=0.0)
    m, v = averages(M, V, at_w, in_w, w, STATES)
    mb, vb = averages(M, V, at_b, in_b, b, STATES)
    for t in range(row, row + steps):
        g = tl.zeros([C, IN], tl.float32)
        gb = tl.zeros([C], tl.float32)
        for first in range(0, examples, T):
            used = first + tt < examples
            x, y = look_up(X, Y, DRAWN + (t * groups + group) * examples + first + tt, used, ii, IN)
            z = tl.dot(x, tl.trans(w), input_precision=PREC) + b[None, :]
            d = residual(z, y, cc, used, 1.0 / examples, NC)
            g += tl.dot(tl.trans(d), x, input_precision=PREC)
            gb += tl.sum(d, 0)
        factor, c, e = numbers(TABLE, t, WIDTH)
        w, m, v = update(w, m, v, g, lr * factor, c, e, RULE, B1, B2, WD)
        b, mb, vb = update(b, mb, vb, gb, lr * factor, c, e, RULE, B1, B2, WD)
    keep(P, M, V, at_w, in_w, w, m, v, STATES)
    keep(P, M, V, at_b, in_b, b, mb, vb, STATES)


@triton.jit(do_not_specialize=_ANY[1:])
def quadratic(
    P, M, V, LR, HESSIAN, MEAN, NOISE, TABLE, row, steps, groups, runs,
    N: tl.constexpr, PADDED: tl.constexpr, PART: tl.constexpr,
    WIDTH: tl.constexpr, STATES: tl.constexpr, RULE: tl.constexpr, B1: tl.constexpr, B2: tl.constexpr, WD: tl.constexpr,
):  # fmt: skip
    """Steps of one run on a quadratic, whose curvature stays in the caches; `NOISE` is that of every step."""
    run = tl.program_id(0).to(tl.int64)
    group = run // runs
    nn = tl.arange(0, PADDED)
    there = nn < N
    at = run * N + nn
    lr = tl.load(LR + run * N)
    p = tl.load(P + at, mask=there, other=0.0)
    m, v = averages(M, V, at, there, p, STATES)
    mean = tl.load(MEAN + nn, mask=there, other=0.0)
    kk = tl.arange(0, PART)
    for t in range(row, row + steps):
        g = mean + tl.load(NOISE + (t * groups + group) * N + nn, mask=there, other=0.0)
        # parameters are stored at every step, so that each thread can read those that its columns need
        for first in range(0, PADDED, PART):
            inside = first + kk < N
            some = tl.load(P + run * N + first + kk, mask=inside, other=0.0)
            columns = HESSIAN + (first + kk)[None, :] * N + nn[:, None]
            g += tl.sum(tl.load(columns, mask=there[:, None] & inside[None, :], other=0.0) * some[None, :], 1)
        tl.debug_barrier()
        factor, c, e = numbers(TABLE, t, WIDTH)
        p, m, v = update(p, m, v, g, lr * factor, c, e, RULE, B1, B2, WD)
        tl.store(P + at, p, mask=there)
        tl.debug_barrier()
    keep(P, M, V, at, there, p, m, v, STATES)
