"""The paper's workloads in kind, against ordinary modules, one run at a time, in double precision."""

import numpy as np
import pytest
import torch

from benchmarks.plain_networks import PlainGPT, names_of, plain, set_parameters
from surgecore.training.engine.evaluation import FRESH
from surgecore.training.engine.loop import Engine
from surgecore.training.engine.optimizers import Adam
from surgecore.training.engine.rules import Needs
from surgecore.training.engine.stack import Layout, n_params
from surgecore.training.workloads.batch import Batch
from surgecore.training.workloads.gpt import GPTModel, MoEModel
from surgecore.training.workloads.larger import GPT, MoE, ResNet
from surgecore.training.workloads.residual import ResNetModel, augmented

GROUPS, RUNS, EXAMPLES = 2, 2, 3
TEXT = {"width": 16, "heads": 2, "layers": 2, "context": 12, "sequences": 16}
WORKLOADS = {
    "resnet": ResNet(channels=4, blocks=1, norms=2, evaluated=100),
    "resnet of two blocks": ResNet(channels=2, blocks=2, norms=1, evaluated=100),
    "gpt": GPT(**TEXT),
    "moe": MoE(**TEXT, experts=4, chosen=2, capacity=0.75, balance=0.3),
    "moe of one expert each": MoE(**TEXT, experts=3, chosen=1, capacity=2.0),
}


def made(workload):
    """The model on made-up images, or on the text."""
    if isinstance(workload, ResNet):
        random = torch.Generator().manual_seed(0)
        x = torch.randn(120, 1, 28, 28, generator=random, dtype=torch.float64)
        return ResNetModel(workload, "cpu", x, torch.randint(10, (120,), generator=random))
    return workload.build()


def case(workload):
    model = made(workload)
    layout = Layout(model.shapes, GROUPS, RUNS)
    p = layout.fill(torch.stack([model.initial(seed) for seed in range(GROUPS)]).double())
    p += 0.1 * torch.randn(p.shape, generator=torch.Generator().manual_seed(1), dtype=p.dtype)
    return model, layout, p, model.batch(torch.arange(GROUPS * EXAMPLES).view(GROUPS, EXAMPLES))


@pytest.mark.parametrize("key", WORKLOADS)
def test_losses_and_gradients_equal_a_plain_module(key):
    workload = WORKLOADS[key]
    model, layout, p, batch = case(workload)
    params = layout.views(p)
    losses, gradients = model.losses(params, batch), dict(zip(params, model.gradients(params, batch), strict=True))
    net = plain(workload).double()
    for group in range(GROUPS):
        for run in range(RUNS):
            set_parameters(net, workload, {name: view[group, run] for name, view in params.items()})
            x, y = batch.x[group], batch.y[group]
            loss = net.loss(x, y) if isinstance(net, PlainGPT) else torch.nn.functional.cross_entropy(net(x), y)
            assert float(losses[group, run]) == pytest.approx(float(loss.detach()), rel=1e-12)
            found = torch.autograd.grad(loss, list(net.parameters()))
            for g, (name, part, _) in zip(found, names_of(workload), strict=True):
                own = gradients[name][group, run]
                own = own if part < 0 else own[part]
                assert (own - g).abs().max() <= 1e-10 * max(float(gradients[name].abs().max()), 1e-6), name


@pytest.mark.parametrize("key", ["resnet", "gpt", "moe"])
def test_single_examples_add_up(key):
    """Each example's loss is its own: the mean of single gradients is the gradient, and squares are theirs."""
    model, layout, p, batch = case(WORKLOADS[key])
    params = layout.views(p)
    gradients, found = model.examples(params, batch, Needs(squares=True, along=True))
    alone = [model.gradients(params, Batch(batch.x[:, i : i + 1], batch.y[:, i : i + 1])) for i in range(EXAMPLES)]
    for g, square, *each in zip(gradients, found.squares, *alone, strict=True):
        stacked = torch.stack(each)
        assert (g - stacked.mean(dim=0)).abs().max() <= 1e-12 * stacked.abs().max() + 1e-15
        assert (square - stacked.square().mean(dim=0)).abs().max() <= 1e-12 * stacked.square().max() + 1e-15
    size = sum(g.flatten(2).square().sum(dim=-1) for g in gradients)
    assert torch.allclose(found.along.mean(dim=-1), size, rtol=1e-10)


def test_nothing_later_in_a_sequence_changes_what_is_before():
    """Neither attention nor a full expert: with the last characters changed, earlier predictions stay."""
    workload = WORKLOADS["moe"]
    net = PlainGPT(workload).double()
    model, layout, p, batch = case(workload)
    set_parameters(net, workload, {name: view[0, 0] for name, view in layout.views(p).items()})
    x = batch.x[0].clone()
    x[:, 8:] = (x[:, 8:] + 17) % 96
    before, after = net(batch.x[0]), net(x)
    assert torch.equal(before[:, :8], after[:, :8])
    assert (before[:, 8:] - after[:, 8:]).abs().max() > 1e-3
    # and the batched model's experts do fill: with more room it gives another loss
    roomy = MoEModel(MoE(**TEXT, experts=4, chosen=2, capacity=4.0, balance=0.3), "cpu", model.x, model.y)
    params = layout.views(p)
    assert (model.losses(params, batch) - roomy.losses(params, batch)).abs().min() > 1e-6


def test_the_gpt_begins_as_gpt_2_does():
    workload = GPT(width=192, heads=4, layers=3, context=16, sequences=16)
    model = workload.build()
    params = Layout(model.shapes, 1, 1).views(model.initial(0))
    usual = 0.02 * 2.0  # at a quarter of the width
    for name, deviation in (("tokens", usual), ("qkv1", usual), ("up0", usual), ("out2", usual / 6**0.5),
                            ("down1", usual / 6**0.5)):  # fmt: skip
        assert float(params[name].std()) == pytest.approx(deviation, rel=0.03)
    assert not params["qkvb0"].any()
    assert float(model.full_losses(Layout(model.shapes, 1, 1).views(model.initial(0)))) == pytest.approx(
        np.log(96), rel=0.05
    )
    assert n_params(GPT(width=512, heads=8, layers=3).shapes) > 9e6
    assert n_params(GPT().shapes) > 1e5


def test_experts_do_not_begin_alike_and_their_biases_are_zero():
    model = WORKLOADS["moe"].build()
    params = Layout(model.shapes, 1, 1).views(model.initial(0))
    assert not params["upb0"].any()
    assert (params["up0"][0, 0, 0] - params["up0"][0, 0, 1]).abs().max() > 0


def test_augmentation_is_keyed_by_the_draws_and_shifts_and_mirrors():
    x = torch.arange(2 * 28 * 28, dtype=torch.float32).view(2, 1, 28, 28)
    assert torch.equal(augmented(x, torch.tensor([12, 12])), x)
    assert torch.equal(augmented(x, torch.tensor([37, 12]))[0], x[0].flip(-1))
    moved = augmented(x, torch.tensor([12 + 5, 12 + 1]))
    assert torch.equal(moved[0, 0, :-1], x[0, 0, 1:])
    assert not moved[0, 0, -1].any()
    assert torch.equal(moved[1, 0, :, :-1], x[1, 0, :, 1:])
    model = made(ResNet(channels=2, norms=1, evaluated=100, augment=True))
    drawn = model.draw([3, 4], 8, 0)
    assert torch.equal(model.draw([4], 8, 0)[:, 0], drawn[:, 1])
    assert int(drawn.max()) >= len(model.x)
    batch = model.batch(drawn[0])
    which = drawn[0, 0] // 50
    assert torch.equal(batch.y[0], model.y[which])
    assert (batch.x[0] - model.x[which]).abs().max() > 0
    assert FRESH > 1 << 40


@pytest.mark.parametrize("key", ["resnet", "gpt", "moe"])
def test_it_learns_and_runs_do_not_mix(key):
    model = made(WORKLOADS[key])
    model.x = model.x.float() if key == "resnet" else model.x
    options = {"batch_size": 8, "start": model.initial(0)}
    engine = Engine(model, Adam(), seeds=[0, 1], rates=[3e-3, 1e-2], **options)
    before = engine.losses()
    engine.advance(12)
    assert (engine.losses() < before).all()
    alone = Engine(model, Adam(), seeds=[1], rates=[1e-2], **options)
    alone.advance(12)
    assert alone.losses()[0, 0] == pytest.approx(engine.losses()[1, 1], rel=1e-3)


def test_a_gpt_reads_the_text():
    model = GPT(context=32, sequences=64).build()
    assert isinstance(model, GPTModel)
    assert model.x.shape == (64, 32)
    assert torch.equal(model.x[:, 1:], model.y[:, :-1])
    assert len(model.x.unique()) > 60


@pytest.mark.parametrize(("make", "rule"), [
    (lambda: ResNet(channels=6, norms=4), "workload.channels must be a multiple of workload.norms, but got 6 and 4"),
    (lambda: GPT(width=10, heads=4), "workload.width must be a multiple of workload.heads, but got 10 and 4"),
    (lambda: MoE(experts=2, chosen=3), "workload.chosen must be at most workload.experts, but got 3 and 2"),
])  # fmt: skip
def test_sizes_that_do_not_fit(make, rule):
    with pytest.raises(ValueError, match=rule):
        make()
