"""What single examples contribute, against gradients of single examples by `vmap(grad)` in float64."""

import pytest
import torch
from torch.nn.attention import SDPBackend, sdpa_kernel

from surgecore.training.engine.evaluation import Evaluation
from surgecore.training.engine.rules import Buffers, Needs
from surgecore.training.engine.stack import Layout
from surgecore.training.workloads.batch import Batch
from surgecore.training.workloads.workloads import CharTransformer, DigitsMLP, Quadratic, Softmax

ALL = Needs(squares=True, norms=True, along=True)
GROUPS, RUNS, EXAMPLES = 2, 3, 5
WORKLOADS = {
    "softmax": Softmax(),
    "digits-mlp": DigitsMLP(hidden=6),
    "char-transformer": CharTransformer(width=8, context=6, sequences=32),
}


def case(workload):
    """A model in float64 with parameters of several runs and a minibatch of each group."""
    model = workload.build()
    random = torch.Generator().manual_seed(1)
    starts = torch.stack([model.initial(seed) for seed in range(GROUPS)]).double()
    layout = Layout(model.shapes, GROUPS, RUNS)
    p = layout.fill(starts)
    p += 0.1 * torch.randn(p.shape, generator=random, dtype=p.dtype)
    if model.x.is_floating_point():
        model.x = model.x.double()
    return model, layout, p, model.batch(torch.randint(len(model.x), (GROUPS, EXAMPLES), generator=random))


def single(model, layout, p, batch):
    """Gradient of every example's own loss, one dict of (groups, runs, examples, *shape), by vmap(grad)."""
    params = layout.views(p)

    def loss(run, x, y):
        stacked = {name: tensor[None, None] for name, tensor in run.items()}
        return model.losses(stacked, Batch(x[None, None], y[None, None]))[0, 0]

    over_examples = torch.func.vmap(torch.func.grad(loss), in_dims=(None, 0, 0))
    over_runs = torch.func.vmap(over_examples, in_dims=(0, None, None))
    with sdpa_kernel(SDPBackend.MATH):  # the others have no rule for vmap
        return torch.func.vmap(over_runs)(params, batch.x, batch.y)


def close(found, expected):
    return (found - expected).abs().max() <= 1e-12 * expected.abs().max()


@pytest.mark.parametrize("sizes", [None, [[5, 3, 1], [2, 4, 5]]], ids=["all used", "first ones used"])
@pytest.mark.parametrize("key", ["softmax", "digits-mlp"])
def test_equals_gradients_of_single_examples(key, sizes):
    model, layout, p, batch = case(WORKLOADS[key])
    used = torch.ones(GROUPS, RUNS, EXAMPLES, dtype=p.dtype)
    if sizes is not None:
        batch = batch._replace(sizes=torch.tensor(sizes, dtype=p.dtype))
        used = (torch.arange(EXAMPLES) < batch.sizes[..., None]).to(p.dtype)
    check(model, layout, p, batch, used)


@pytest.mark.parametrize("sizes", [None, [[5, 3, 1], [2, 4, 5]]], ids=["all used", "first ones used"])
def test_equals_gradients_of_single_examples_of_a_sequence_model(sizes):
    model, layout, p, batch = case(WORKLOADS["char-transformer"])
    used = torch.ones(GROUPS, RUNS, EXAMPLES, dtype=p.dtype)
    if sizes is not None:
        batch = batch._replace(sizes=torch.tensor(sizes, dtype=p.dtype))
        used = (torch.arange(EXAMPLES) < batch.sizes[..., None]).to(p.dtype)
    check(model, layout, p, batch, used)


def check(model, layout, p, batch, used):
    each = list(single(model, layout, p, batch).values())
    each = [g * used.view(*used.shape, *[1] * (g.ndim - 3)) for g in each]
    count = used.sum(dim=-1)
    gradients, found = model.examples(layout.views(p), batch, ALL)
    for i, g in enumerate(each):
        size = count.view(*count.shape, *[1] * (g.ndim - 3))
        assert close(gradients[i], g.sum(dim=2) / size)
        assert close(found.squares[i], g.square().sum(dim=2) / size)
        assert close(found.norms[:, :, i], g.flatten(3).square().sum(dim=-1))
    flat = torch.cat([g.flatten(3) for g in each], dim=-1)
    mean = flat.sum(dim=2) / count[..., None]
    assert close(found.along, (flat * mean[:, :, None]).sum(dim=-1))


def test_nothing_is_computed_that_is_not_needed():
    model, layout, p, batch = case(WORKLOADS["digits-mlp"])
    plain = model.gradients(layout.views(p), batch)
    for needs in (Needs(), Needs(norms=True), Needs(squares=True)):
        gradients, found = model.examples(layout.views(p), batch, needs)
        assert all(torch.equal(one, other) for one, other in zip(gradients, plain, strict=True))
        assert (found.norms is not None, found.squares is not None) == (needs.norms, needs.squares)
        assert found.along is None


def test_a_constant_size_is_the_whole_minibatch_bit_for_bit():
    for key in ("softmax", "digits-mlp"):
        model, layout, p, batch = case(WORKLOADS[key])
        whole = model.gradients(layout.views(p), batch)
        sized = model.gradients(layout.views(p), batch._replace(sizes=torch.full((GROUPS, RUNS), 5.0, dtype=p.dtype)))
        assert all(torch.equal(one, other) for one, other in zip(whole, sized, strict=True))


def test_the_quadratic_has_the_squares_that_its_noise_has_on_average():
    workload = Quadratic(size=6, hessian="diagonal")
    model = workload.build()
    layout, size, groups = Layout(model.shapes, 1, 1), 4, 20_000
    random = torch.Generator().manual_seed(2)
    noise = torch.randn(groups, size, 6, generator=random) @ model.noise.T
    each = model.mean + noise  # at the start
    g = each.mean(dim=1)
    batch = Batch(noise.mean(dim=1)[:, None], g, drawn=size)
    layout = Layout(model.shapes, groups, 1)
    _, found = model.examples(layout.views(torch.zeros(layout.size)), batch, Needs(squares=True, norms=True))
    squares, norms = found.squares[0][:, 0], found.norms[:, 0, 0, 0]
    off = each.square().mean(dim=1) - squares
    assert (off.mean(dim=0).abs() < 4 * off.std(dim=0) / groups**0.5).all()
    off = each.square().sum(dim=(1, 2)) - norms
    assert abs(off.mean()) < 4 * off.std() / groups**0.5


def test_gradients_elsewhere_on_other_draws_and_on_parts():
    model, layout, p, _ = case(WORKLOADS["digits-mlp"])
    rows = torch.arange(GROUPS * 2 * 6).view(2 * GROUPS, 6)
    x = Buffers(p, torch.zeros_like(p), torch.ones_like(p), [], layout)
    evaluation = Evaluation(model, x, rows, 6, Needs(), "float32")
    assert evaluation() is x.g
    second = evaluation(p, draw=1)
    fresh = model.gradients(layout.views(p), model.batch(rows[GROUPS:]))
    assert torch.equal(second, torch.cat([g.reshape(-1) for g in fresh]))
    cut = Layout(model.shapes, 2 * GROUPS, RUNS)
    both = torch.cat([v.repeat_interleave(2, dim=0).reshape(-1) for v in layout.views(p).values()])
    parts = cut.rows(evaluation(both, parts=2)).view(GROUPS, 2, RUNS, -1)
    assert close(parts.mean(dim=1), layout.rows(x.g))
    with pytest.raises(ValueError, match="a multiple of as many examples"):
        evaluation(both, parts=4)
