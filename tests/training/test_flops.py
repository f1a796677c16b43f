"""Operations of workloads and plans, against what torch counts in plain modules and in a plain training loop."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.plain_networks import PlainGPT, plain
from surgecore.training.engine.stack import n_params
from surgecore.training.plans.estimate import estimate
from surgecore.training.plans.plan import Plan
from surgecore.training.workloads.datasets import load_digits
from surgecore.training.workloads.larger import GPT, MoE, ResNet
from surgecore.training.workloads.workloads import CharTransformer, DigitsMLP, FashionCNN, Quadratic, Softmax


def counted(call):
    """Operations that torch counts in a call; attention is written out, because it does not count the fused one's."""
    with FlopCounterMode(display=False) as counter, nn.attention.sdpa_kernel(nn.attention.SDPBackend.MATH):
        call()
    return counter.get_total_flops()


def cnn(w):
    c, h = w.channels, w.hidden
    return nn.Sequential(
        nn.Conv2d(1, c, 5), nn.MaxPool2d(2), nn.Conv2d(c, 2 * c, 3), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(50 * c, h), nn.Linear(h, h // 2), nn.Linear(h // 2, 10),
    )  # fmt: skip


def experts(w, net, x):
    """The GPT's products, with the dense part of each layer as its places are sent out, worked on and brought back."""
    d, h = w.width, torch.zeros(w.context, w.width)
    send, up = torch.zeros(w.experts, w.places, w.context), torch.zeros(w.experts, d, 4 * d)
    net(x)
    for _ in range(w.layers):
        h @ torch.zeros(d, w.experts)
        sent = torch.einsum("ept,td->epd", send, h)
        torch.einsum("ept,epd->td", send, torch.bmm(torch.bmm(sent, up), up.transpose(1, 2)))


def attention_only(w):
    """The GPT without its dense parts."""
    net = PlainGPT(GPT(width=w.width, heads=w.heads, layers=w.layers, context=w.context))
    for layer in net.layers:
        layer.dense = nn.Identity()
    return net


CHARACTERS = torch.zeros(1, 16, dtype=torch.int64)
GPT_OF = {"width": 16, "heads": 2, "layers": 2, "context": 16}
FORWARD = {
    "softmax": (Softmax(), lambda w: nn.Linear(64, 10)(torch.zeros(1, 64))),
    "mlp": (
        DigitsMLP(hidden=24),
        lambda w: nn.Sequential(nn.Linear(64, 24), nn.GELU(), nn.Linear(24, 10))(torch.zeros(1, 64)),
    ),
    "cnn": (FashionCNN(channels=3, hidden=12), lambda w: cnn(w)(torch.zeros(1, 1, 28, 28))),
    "transformer": (CharTransformer(**GPT_OF), lambda w: PlainGPT(GPT(**GPT_OF))(CHARACTERS)),
    "resnet": (ResNet(channels=4, blocks=2), lambda w: plain(w)(torch.zeros(1, 1, 28, 28))),
    "gpt": (GPT(**GPT_OF), lambda w: plain(w)(CHARACTERS)),
    "moe": (MoE(**GPT_OF, experts=3), lambda w: experts(w, attention_only(w), CHARACTERS)),
    "quadratic": (Quadratic(size=7), lambda w: torch.zeros(7, 7) @ torch.zeros(7, 1)),
}


@pytest.mark.parametrize(("workload", "forward"), FORWARD.values(), ids=FORWARD)
def test_a_forward_pass_has_the_operations_that_torch_counts(workload, forward):
    assert workload.flops == counted(lambda: forward(workload))


def test_an_estimate_has_the_operations_of_plain_training(plan_text):
    """Of a checkpoint at loss 2, then of 12 runs of three steps at each batch size, read after one and three."""
    x, y = load_digits()
    torch.manual_seed(0)

    def step(net, optimizer, size):
        at = torch.randint(len(x), (size,))
        optimizer.zero_grad()
        # the gradient by the examples too, which deeper networks pass on from layer to layer
        functional.cross_entropy(net(x[at].requires_grad_()), y[at]).backward()
        optimizer.step()

    def train():
        net = nn.Linear(64, 10)
        optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
        while functional.cross_entropy(net(x), y) > 2.0:
            step(net, optimizer, 64)
        for size in (4, 16):
            for _ in range(12):
                sign = torch.optim.SGD(net.parameters(), lr=1e-6)
                for number in (1, 2, 3):
                    step(net, sign, size)
                    if number != 2:
                        net(x)

    products = counted(train)
    plan = Plan.from_toml(plan_text)
    cost = estimate(plan)
    updates = cost.run_steps * n_params(plan.workload.shapes)  # torch counts products only
    # how many steps a checkpoint takes varies with where it starts
    assert 0.85 * products < cost.flops < 1.15 * products + 10 * updates
