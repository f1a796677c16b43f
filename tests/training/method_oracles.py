"""The methods once more, one run and one tensor at a time, in numpy and float64: written from their equations."""

import numpy as np


def rms(x):
    return np.sqrt(np.mean(x * x))


class Oracle:
    """An update of a list of tensors. `step` takes their mean gradients and those of each example."""

    def __init__(self, lr, **options):
        self.lr, self.o, self.t, self.memory = lr, options, 0, {}

    def step(self, tensors, gradients, each):
        self.t += 1
        for i, (w, g) in enumerate(zip(tensors, gradients, strict=True)):
            state = self.memory.setdefault(i, {})
            self.one(w, g, each[i], state)

    def zeros(self, state, w, *names):
        return [state.setdefault(name, np.zeros_like(w)) for name in names]


class Tom(Oracle):
    def one(self, w, g, each, state):
        m, b, v, before = self.zeros(state, w, "m", "b", "v", "before")
        m[:] = 0.9 * (m + b) + 0.1 * g
        b[:] = 0.99 * b + 0.01 * (g - before)
        v[:] = 0.999 * v + 0.001 * g**2
        before[:] = g
        c = 1 - (0.9 * 0.99) ** self.t if self.o.get("correct") else 1
        w -= self.lr * (m + b) / c / (np.sqrt(v / (1 - 0.999**self.t)) + 1e-8)


class MaxVA(Oracle):
    """The rate is found on a grid and refined: no closed form is used."""

    def beta(self, g, u, q, w):
        best = np.full_like(g, self.o["high"])
        if self.t == 1:
            return best

        def variance(beta):
            total = beta * w + 1 - beta
            mean = (beta * u + (1 - beta) * g) / total
            return (beta * q + (1 - beta) * g**2) / total - mean**2

        low, high = np.full_like(g, self.o["low"]), np.full_like(g, self.o["high"])
        for _ in range(200):  # of one peak: the variance of a mixture in the mixture's weight
            third = (high - low) / 3
            one, two = low + third, high - third
            left = variance(one) < variance(two)
            low, high = np.where(left, one, low), np.where(left, high, two)
        ends = np.full_like(g, self.o["low"]), np.full_like(g, self.o["high"])
        middle = (low + high) / 2
        for end in ends:
            middle = np.where(variance(end) >= variance(middle), end, middle)
        return middle

    def one(self, w, g, each, state):
        m, u, q, total = self.zeros(state, w, "m", "u", "q", "total")
        beta = self.beta(g, u, q, total)
        for into, new in ((u, g), (q, g**2), (total, np.ones_like(g))):
            into[:] = beta * into + (1 - beta) * new
        if self.o.get("averages_steps"):
            m[:] = 0.9 * m + 0.1 * g / (np.sqrt(q / total) + 1e-15)
            w -= self.lr * m / (1 - 0.9**self.t)
        else:
            m[:] = 0.9 * m + 0.1 * g
            w -= self.lr * m / (1 - 0.9**self.t) / (np.sqrt(q / total) + 1e-8)


class Eve(Oracle):
    def one(self, w, g, each, state):
        m, v = self.zeros(state, w, "m", "v")
        b = len(each)
        m[:] = 0.9 * m + 0.1 * g
        v[:] = 0.999 * v + 0.001 * np.mean(each**2, axis=0)
        mh, vh = m / (1 - 0.9**self.t), v / (1 - 0.999**self.t)
        w -= self.lr * mh / (np.sqrt(vh / b + (1 - 1 / b) * mh**2) + 1e-8)


class AdagradNorm(Oracle):
    def step(self, tensors, gradients, each):
        self.total = getattr(self, "total", 0.01) + sum((g**2).sum() for g in gradients)
        for w, g in zip(tensors, gradients, strict=True):
            w -= self.lr * g / (np.sqrt(self.total) + 1e-10)


class Layerwise(Oracle):
    """Weight and bias together, as (0, 1), (2, 3)."""

    def step(self, tensors, gradients, each):
        for layer in ((0, 1), (2, 3)):
            size = np.sqrt(sum((tensors[i] ** 2).sum() for i in layer))
            if self.o.get("single"):
                n = len(each[0])
                steep = np.mean([np.sqrt(sum((each[i][k] ** 2).sum() for i in layer)) for k in range(n)])
            else:
                steep = np.sqrt(sum((gradients[i] ** 2).sum() for i in layer))
            wd = self.o.get("wd", 0.0)
            rate = self.o["trust"] * size / (steep + wd * size)
            for i in layer:
                u = self.memory.setdefault(i, np.zeros_like(tensors[i]))
                u[:] = 0.9 * u + rate * (gradients[i] + wd * tensors[i])
                tensors[i] -= self.lr * u


class AdaLomo(Oracle):
    def one(self, w, g, each, state):
        beta, q = 1 - self.t**-0.8, g**2 + 1e-30
        if g.ndim == 2:
            r, c = (state.setdefault(k, 0.0) for k in "rc")
            state["r"], state["c"] = beta * r + (1 - beta) * q.sum(1), beta * c + (1 - beta) * q.sum(0)
            v = np.outer(state["r"], state["c"]) / state["r"].sum()
        else:
            state["v"] = v = beta * state.get("v", 0.0) + (1 - beta) * q
        u = g / np.sqrt(v)
        u /= max(1, rms(u))
        w -= self.lr * max(1e-3, rms(w)) * u


class Active(Oracle):
    """On SGD with momentum, AdamW, RAdam or AdaBelief."""

    def one(self, w, g, each, state):
        m, v, total = self.zeros(state, w, "m", "v", "total")
        gain, t, base = state.setdefault("gain", np.ones_like(w)), self.t, self.o["base"]
        total += g
        if base == "sgd":
            m[:] = 0.9 * m + g
            step = m
        else:
            m[:] = 0.9 * m + 0.1 * g
            surprise = g - m if base == "adabelief" else g
            v[:] = 0.999 * v + 0.001 * surprise**2 + (1e-8 if base == "adabelief" else 0)
            mh, root = m / (1 - 0.9**t), np.sqrt(v / (1 - 0.999**t))
            most = 2 / 0.001 - 1
            rho = most - 2 * t * 0.999**t / (1 - 0.999**t)
            r = np.sqrt(max((rho - 4) * (rho - 2) * most / ((most - 4) * (most - 2) * rho), 0)) if rho else 0
            if base == "adamw":
                step = mh / (root + 1e-8)
            elif base == "radam":  # eps outside of the bias correction, as torch
                step = r * mh * np.sqrt(1 - 0.999**t) / (np.sqrt(v) + 1e-8) if rho > 5 else mh
            else:
                step = r * mh / (root + 1e-8) if rho > 4 else m
        w -= self.lr * gain * step
        if t % self.o["epoch"] == 0:
            if "before" in state:
                flipped = state["before"] * total <= 0
                gain[:] = np.where(flipped, gain * self.o["low"], gain + self.o["high"])
            state["before"] = total.copy()
            total[:] = 0
