# mypy: ignore-errors
# ruff: noqa: ANN001, ANN201, ANN202
"""Steps and readings of small networks in native code: one call takes a block of steps, of all runs (numba).

Imported only where numba is there. The runs of a seed share their minibatches, so large products are of all of them at
once; what comes between stays in the fastest cache. Long because code that is kept on the disk is made anew when its
own file has changed: what is compiled together stands together.
"""

from __future__ import annotations

import numpy as np
from numba import njit

#: All but what would assume that there is no infinity and no NaN: runs that diverge must be seen to.
_FAST = {"contract", "reassoc", "nsz", "arcp"}
_f32 = np.float32
_GELU_1 = _f32(1.5957691216057308)  # of tanh-GELU as h * sigmoid(h * (_GELU_1 + _GELU_3 * h * h))
_GELU_3 = _f32(0.07135481282705225)
#: Codes of the rules: see `surgecore.training.engine.native`.
SIGN, SGD, NESTEROV, ADAM, ADAMW, LION = range(6)
#: Examples from which on products go along them.
FEW = 12


def _native(function):
    """Compile at the first call, and keep that on the disk where there is a place for it."""
    options = {"fastmath": _FAST, "error_model": "numpy", "nogil": True}
    try:
        return njit(cache=True, **options)(function)
    except RuntimeError:  # nowhere to write
        return njit(**options)(function)


@_native
def _exp(x):
    """The exponential to float32's last digits (Cephes' polynomial); NaN stays NaN."""
    if x < _f32(-87.0):
        x = _f32(-87.0)
    if x > _f32(88.0):
        x = _f32(88.0)
    n = np.floor(x * _f32(1.4426950408889634) + _f32(0.5))
    r = (x - n * _f32(0.693359375)) + n * _f32(2.12194440e-4)
    y = _f32(1.9875691500e-4) * r + _f32(1.3981999507e-3)
    y = ((y * r + _f32(8.3334519073e-3)) * r + _f32(4.1665795894e-2)) * r + _f32(1.6666665459e-1)
    y = (y * r + _f32(5.0000001201e-1)) * (r * r) + r + _f32(1.0)
    return y * np.int32((np.int32(n) + np.int32(127)) << np.int32(23)).view(np.float32)


@_native
def _gelu(h, a, slope):
    """tanh-GELU and its slope, of flat arrays."""
    for j in range(h.size):
        q = h[j] * h[j]
        s = _f32(1.0) / (_f32(1.0) + _exp(-h[j] * (_GELU_1 + _GELU_3 * q)))
        value = h[j] * s
        a[j] = value
        slope[j] = s + value * (_f32(1.0) - s) * (_GELU_1 + _f32(3.0) * _GELU_3 * q)


@_native
def _residual(z, bias, labels, most, total, sums):
    """Logits without their bias, (classes, examples), become the gradient of the mean cross-entropy; and its sums."""
    classes, examples = z.shape
    share = _f32(1.0) / _f32(examples)
    for i in range(examples):
        most[i] = z[0, i] + bias[0]
        total[i] = _f32(0.0)
    for c in range(classes):
        for i in range(examples):
            z[c, i] += bias[c]
            most[i] = max(most[i], z[c, i])
    for c in range(classes):
        for i in range(examples):
            z[c, i] = _exp(z[c, i] - most[i])
            total[i] += z[c, i]
    for i in range(examples):
        total[i] = share / total[i]
    for c in range(classes):
        for i in range(examples):
            z[c, i] *= total[i]
    for i in range(examples):
        z[labels[i], i] -= share
    for c in range(classes):
        one = _f32(0.0)
        for i in range(examples):
            one += z[c, i]
        sums[c] = one


@_native
def _sign(value):
    """As torch has it: of NaN it is 0."""
    return _f32(value > 0) - _f32(value < 0)


@_native
def _update(p, m, v, g, rates, rule, numbers, at):
    """One step of a rule, of flat arrays.

    `numbers` are its two betas, what they leave, and the decay; `at` is what its rates are multiplied by at this step,
    and its scalars.
    """
    first, second, rest1, rest2, decay = numbers
    factor, c, e = at[0], at[1], at[2]
    if decay != 0 and rule in (SGD, NESTEROV, ADAM):
        for j in range(p.size):
            g[j] += decay * p[j]
    elif decay != 0:
        for j in range(p.size):
            p[j] -= rates[j] * factor * (decay * p[j])
    if rule in (ADAM, ADAMW):
        for j in range(p.size):
            average = m[j] + (g[j] - m[j]) * rest1
            square = v[j] * second + g[j] * g[j] * rest2
            m[j] = average
            v[j] = square
            p[j] -= rates[j] * factor * average / (np.sqrt(square) * c + e)
    elif rule == SIGN:
        for j in range(p.size):
            p[j] -= rates[j] * factor * _sign(g[j])
    elif rule == LION:
        for j in range(p.size):
            aim = m[j] + (g[j] - m[j]) * rest1
            m[j] += (g[j] - m[j]) * rest2
            p[j] -= rates[j] * factor * _sign(aim)
    elif first == 0:
        for j in range(p.size):
            p[j] -= rates[j] * factor * g[j]
    else:
        for j in range(p.size):
            average = m[j] * first + g[j]
            m[j] = average
            p[j] -= rates[j] * factor * (g[j] + first * average if rule == NESTEROV else average)


@_native
def _look_up(x, y, rows, xs, labels):
    """Inputs and labels of the drawn examples."""
    for i in range(rows.size):
        xs[i] = x[rows[i]]
        labels[i] = y[rows[i]]


@_native
def _add_rows(a, b, out):
    """out[i] = sum over k of a[i, k] b[k]: four rows at a time, each with four of `b`, so that these are read once."""
    rows, count = a.shape
    fours, whole = rows // 4 * 4, count // 4 * 4
    out[:] = _f32(0.0)
    for i in range(0, fours, 4):
        o0, o1, o2, o3 = out[i], out[i + 1], out[i + 2], out[i + 3]
        for k in range(0, whole, 4):
            b0, b1, b2, b3 = b[k], b[k + 1], b[k + 2], b[k + 3]
            c0, c1, c2, c3 = a[i, k], a[i, k + 1], a[i, k + 2], a[i, k + 3]
            d0, d1, d2, d3 = a[i + 1, k], a[i + 1, k + 1], a[i + 1, k + 2], a[i + 1, k + 3]
            e0, e1, e2, e3 = a[i + 2, k], a[i + 2, k + 1], a[i + 2, k + 2], a[i + 2, k + 3]
            f0, f1, f2, f3 = a[i + 3, k], a[i + 3, k + 1], a[i + 3, k + 2], a[i + 3, k + 3]
            for j in range(o0.size):
                q0, q1, q2, q3 = b0[j], b1[j], b2[j], b3[j]
                o0[j] += (c0 * q0 + c1 * q1) + (c2 * q2 + c3 * q3)
                o1[j] += (d0 * q0 + d1 * q1) + (d2 * q2 + d3 * q3)
                o2[j] += (e0 * q0 + e1 * q1) + (e2 * q2 + e3 * q3)
                o3[j] += (f0 * q0 + f1 * q1) + (f2 * q2 + f3 * q3)
        for k in range(whole, count):
            _add_row(a, b, out, i, i + 4, k)
    for k in range(count):
        _add_row(a, b, out, fours, rows, k)


@_native
def _add_row(a, b, out, first, last, k):
    """One term of the sums of some rows."""
    for i in range(first, last):
        row, factor = out[i], a[i, k]
        for j in range(row.size):
            row[j] += factor * b[k, j]


@_native
def _dots(a, b, out):
    """out[i, j] = a[i] . b[j]."""
    whole = b.shape[0] // 4 * 4
    for i in range(a.shape[0]):
        left = a[i]
        for j in range(0, whole, 4):
            b0, b1, b2, b3 = b[j], b[j + 1], b[j + 2], b[j + 3]
            s0 = s1 = s2 = s3 = _f32(0.0)
            for k in range(left.size):
                s0 += left[k] * b0[k]
                s1 += left[k] * b1[k]
                s2 += left[k] * b2[k]
                s3 += left[k] * b3[k]
            out[i, j], out[i, j + 1], out[i, j + 2], out[i, j + 3] = s0, s1, s2, s3
        for j in range(whole, b.shape[0]):
            s0 = _f32(0.0)
            for k in range(left.size):
                s0 += left[k] * b[j, k]
            out[i, j] = s0


@_native
def _of_many(w, bias, labels, a, slope, h, space, g, gb, gh):
    """Second layer forth and back, features first: `h` becomes the gradient at the hidden values."""
    z, most, total, turned, _, _ = space
    _add_rows(w, a, z)
    _residual(z, bias, labels, most, total, gb)
    _dots(z, a, g)
    for c in range(w.shape[0]):
        for j in range(w.shape[1]):
            turned[j, c] = w[c, j]
    _add_rows(turned, z, h)
    for j in range(h.shape[0]):
        one = _f32(0.0)
        for i in range(h.shape[1]):
            h[j, i] *= slope[j, i]
            one += h[j, i]
        gh[j] = one


@_native
def _of_few(w, bias, labels, a, slope, h, space, g, gb, gh):
    """The same where there are fewer examples than hidden values: products go along those."""
    z, most, total, _, values, back = space
    for j in range(a.shape[0]):
        for i in range(a.shape[1]):
            values[i, j] = a[j, i]
    _dots(w, values, z)
    _residual(z, bias, labels, most, total, gb)
    _add_rows(z, values, g)
    for i in range(a.shape[1]):
        row = back[i]
        row[:] = _f32(0.0)
        for c in range(w.shape[0]):
            d, weights = z[c, i], w[c]
            for j in range(row.size):
                row[j] += d * weights[j]
    for j in range(h.shape[0]):
        one = _f32(0.0)
        for i in range(h.shape[1]):
            h[j, i] = back[i, j] * slope[j, i]
            one += h[j, i]
        gh[j] = one


@_native
def mlp(p, m, v, rates, x, y, hidden, classes, drawn, table, row, steps, rule, numbers):
    """Steps of networks of one hidden tanh-GELU layer.

    `p`, `m`, `v` and `rates` are flat buffers of (groups, runs) networks; for an average that a rule has not any array
    is given.
    """
    groups, examples, inputs = drawn.shape[1], drawn.shape[2], x.shape[1]
    sizes = hidden * inputs, hidden, classes * hidden, classes
    runs = p.size // (groups * sum(sizes))
    many = examples >= FEW
    h, a, slope = _space(runs * hidden, examples), _space(runs * hidden, examples), _space(runs * hidden, examples)
    xs, labels, z = _space(examples, inputs), np.empty(examples, np.int64), _space(classes, examples)
    values, back = _space(examples, hidden), _space(examples, hidden)
    space = z, np.empty(examples, _f32), np.empty(examples, _f32), _space(hidden, classes), values, back
    g1, gh = _space(runs * hidden, inputs), _space(runs, hidden)
    g2, gb = _space(runs * classes, hidden), _space(runs, classes)
    for group in range(groups):
        w1, b1, w2, b2 = _places(sizes, group, groups, runs)
        first, second = p[w1].reshape(runs * hidden, inputs), p[w2].reshape(runs * classes, hidden)
        for t in range(row, row + steps):
            _look_up(x, y, drawn[t, group], xs, labels)
            if many:
                np.dot(first, xs.T, h)
            else:
                _dots(first, xs, h)
            biases = p[b1]
            for j in range(biases.size):
                for i in range(examples):
                    h[j, i] += biases[j]
            _gelu(h.reshape(-1), a.reshape(-1), slope.reshape(-1))
            biases = p[b2].reshape(runs, classes)
            for run in range(runs):
                some, here = slice(run * hidden, (run + 1) * hidden), slice(run * classes, (run + 1) * classes)
                if many:
                    _of_many(
                        second[here], biases[run], labels, a[some], slope[some], h[some], space,
                        g2[here], gb[run], gh[run],
                    )  # fmt: skip
                else:
                    _of_few(
                        second[here], biases[run], labels, a[some], slope[some], h[some], space,
                        g2[here], gb[run], gh[run],
                    )  # fmt: skip
            if many:
                np.dot(h, xs, g1)
            else:
                _add_rows(h, xs, g1)
            for place, g in ((w1, g1), (b1, gh), (w2, g2), (b2, gb)):
                _update(p[place], m[place], v[place], g.reshape(-1), rates[place], rule, numbers, table[t])


@_native
def _space(rows, columns):
    return np.empty((rows, columns), _f32)


@_native
def _places(sizes, group, groups, runs):
    """Where the tensors of a group lie in flat buffers."""
    n1, n2, n3, n4 = sizes
    count = groups * runs
    s1, s2, s3, s4 = 0, count * n1, count * (n1 + n2), count * (n1 + n2 + n3)
    first, last = group * runs, (group + 1) * runs
    return (
        slice(s1 + first * n1, s1 + last * n1), slice(s2 + first * n2, s2 + last * n2),
        slice(s3 + first * n3, s3 + last * n3), slice(s4 + first * n4, s4 + last * n4),
    )  # fmt: skip


@_native
def softmax(p, m, v, rates, x, y, classes, drawn, table, row, steps, rule, numbers):
    """Steps of softmax regression, as `mlp`."""
    groups, examples, inputs = drawn.shape[1], drawn.shape[2], x.shape[1]
    sizes = classes * inputs, classes, 0, 0
    runs = p.size // (groups * sum(sizes))
    xs, labels, z = _space(examples, inputs), np.empty(examples, np.int64), _space(runs * classes, examples)
    most, total = np.empty(examples, _f32), np.empty(examples, _f32)
    g, gb = _space(runs * classes, inputs), np.empty(runs * classes, _f32)
    for group in range(groups):
        w, b, _, _ = _places(sizes, group, groups, runs)
        weights = p[w].reshape(runs * classes, inputs)
        for t in range(row, row + steps):
            _look_up(x, y, drawn[t, group], xs, labels)
            np.dot(weights, xs.T, z)
            biases = p[b]
            for run in range(runs):
                some = slice(run * classes, (run + 1) * classes)
                _residual(z[some], biases[some], labels, most, total, gb[some])
            np.dot(z, xs, g)
            _update(p[w], m[w], v[w], g.reshape(-1), rates[w], rule, numbers, table[t])
            _update(p[b], m[b], v[b], gb, rates[b], rule, numbers, table[t])


@_native
def quadratic(p, m, v, rates, hessian, mean, drawn, table, row, steps, rule, numbers):
    """Steps on a quadratic; `drawn` is the noise of every step's gradient. One product is of all runs."""
    groups, size = drawn.shape[1], mean.size
    runs = p.size // (groups * size)
    theta, g = p.reshape(groups * runs, size), _space(groups * runs, size)
    for t in range(row, row + steps):
        np.dot(theta, hessian, g)
        for r in range(groups * runs):
            noise, mine = drawn[t, r // runs], g[r]
            for j in range(size):
                mine[j] += mean[j] + noise[j]
        _update(p, m, v, g.reshape(-1), rates, rule, numbers, table[t])


# --- readings: parts of the data, of each run until it is certain to be above its floor -----------------------


@_native
def _part_loss(z, bias, labels, used, most):
    """Sum of the cross-entropies of the first examples, given logits without their bias, (classes, examples)."""
    classes, examples = z.shape
    for i in range(examples):
        most[i] = z[0, i] + bias[0]
    for c in range(classes):
        for i in range(examples):
            z[c, i] += bias[c]
            most[i] = max(most[i], z[c, i])
    total = 0.0
    for i in range(used):
        total += most[i] - z[labels[i], i]
    for i in range(examples):
        z[0, i] = _exp(z[0, i] - most[i])
    for c in range(1, classes):
        for i in range(examples):
            z[0, i] += _exp(z[c, i] - most[i])
    product = 1.0  # a logarithm takes longer than eight products
    for i in range(used):
        product *= z[0, i]
        if i % 8 == 7:
            total += np.log(product)
            product = 1.0
    return total + np.log(product)


@_native
def _gelu_alone(h):
    """tanh-GELU of a flat array, in place."""
    for j in range(h.size):
        h[j] = h[j] / (_f32(1.0) + _exp(-h[j] * (_GELU_1 + _GELU_3 * (h[j] * h[j]))))


@_native
def mlp_losses(w1, b1, w2, b2, floors, x, labels, count, losses, whole):
    """Losses of runs as far as needed, as `surgecore.training.workloads.readers.Reader` has them.

    Tensors have runs first; `x` is (parts, inputs, examples) and `labels` (parts, examples), of which `count` are some.
    """
    runs, hidden, _ = w1.shape
    parts, _, size = x.shape
    h, z, most = _space(hidden, size), _space(w2.shape[1], size), np.empty(size, _f32)
    for r in range(runs):
        total, part = 0.0, 0
        while part < parts and not (np.isfinite(total) and total > floors[r] * count):
            _add_rows(w1[r], x[part], h)
            for j in range(hidden):
                row, bias = h[j], b1[r, j]
                for i in range(size):
                    row[i] += bias
            _gelu_alone(h.reshape(-1))
            _add_rows(w2[r], h, z)
            total += _part_loss(z, b2[r], labels[part], min(size, count - part * size), most)
            part += 1
        losses[r] = total / count
        whole[r] = part == parts


@_native
def softmax_losses(w, b, floors, x, labels, count, losses, whole):
    """The same of softmax regression."""
    parts, _, size = x.shape
    z, most = _space(w.shape[1], size), np.empty(size, _f32)
    for r in range(len(w)):
        total, part = 0.0, 0
        while part < parts and not (np.isfinite(total) and total > floors[r] * count):
            _add_rows(w[r], x[part], z)
            total += _part_loss(z, b[r], labels[part], min(size, count - part * size), most)
            part += 1
        losses[r] = total / count
        whole[r] = part == parts
