"""What can be trained: descriptions with their options, sizes and costs. No torch until `build`.

A user's own workload is a subclass of `Workload` in a module of the user's. A plan names it by its import path,
``key = "my_module:MyWorkload"``, which `surge sweep` and `Plan.from_toml` with ``allow_import=True`` take: see
`surgecore.training.workloads.own_class.imported`. Its loss is a function ``losses(params, batch) -> (groups, runs)`` of
stacked parameters: see `surgecore.training.workloads.models.FunctionModel`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

from surgecore.training.engine.stack import Shapes
from surgecore.training.workloads.larger import GPT, MoE, ResNet
from surgecore.training.workloads.options import option
from surgecore.training.workloads.workload import FASHION_IMAGES, not_a_multiple
from surgecore.training.workloads.workload import Workload as Workload

if TYPE_CHECKING:
    from surgecore.training.workloads.models import Model


@dataclass(frozen=True)
class Quadratic(Workload):
    """A quadratic loss with known mean, noise and curvature: the world in which Theorem 2 is exact."""

    size: int = option(100, 2, 4096)
    hessian: str = option("aligned", choices=("diagonal", "rotated", "aligned"))
    noise: str = option("isotropic", choices=("isotropic", "curvature"))
    problem_seed: int = option(0, 0)
    example: ClassVar[str] = "noise"
    native: ClassVar[bool] = True
    loading: ClassVar[float] = 0.1
    _descent: ClassVar[tuple[tuple[float, float], ...]] = ((10, 45), (5, 181), (2, 362), (1, 521), (0.5, 694))

    @property
    def shapes(self) -> Shapes:
        """One vector."""
        return {"theta": (self.size,)}

    @property
    def n_examples(self) -> int:
        """A full evaluation is one evaluation of the quadratic."""
        return 1

    @property
    def flops(self) -> int:
        """One product with the curvature."""
        return 2 * self.size**2

    def cost_in_examples(self, batch_size: int) -> int:
        """One: the noise of a minibatch of any size is drawn directly."""
        return 1

    @property
    def activations(self) -> int:
        """Gradient and noise."""
        return 3 * self.size

    def build(self, device: str = "cpu") -> Model:
        """Make the problem."""
        from surgecore.training.workloads.quadratic import QuadraticModel

        return QuadraticModel.standard(self, device)


@dataclass(frozen=True)
class Softmax(Workload):
    """Softmax regression on scikit-learn's digits."""

    least: ClassVar[int] = 4  # a way that is long but straight
    native: ClassVar[bool] = True
    _descent: ClassVar[tuple[tuple[float, float], ...]] = ((2.0, 54), (1.5, 157), (1.0, 327), (0.5, 796), (0.25, 1804))

    @property
    def shapes(self) -> Shapes:
        """Weights as (out, in)."""
        return {"w": (10, 64), "b": (10,)}

    @property
    def n_examples(self) -> int:
        """All 1797 digits."""
        return 1797

    @property
    def flops(self) -> int:
        """One matrix product."""
        return 2 * 64 * 10

    @property
    def activations(self) -> int:
        """Logits, a few times."""
        return 40

    def build(self, device: str = "cpu") -> Model:
        """Load the digits."""
        from surgecore.training.workloads.datasets import load_digits
        from surgecore.training.workloads.dense import SoftmaxModel

        return SoftmaxModel(self, device, *load_digits())


@dataclass(frozen=True)
class DigitsMLP(Workload):
    """A 64 - hidden - 10 network with tanh-GELU on scikit-learn's digits, inputs / 16 and centred."""

    hidden: int = option(16, 1, 4096)
    native: ClassVar[bool] = True
    _descent: ClassVar[tuple[tuple[float, float], ...]] = (
        (2.0, 69), (1.5, 137), (1.0, 211), (0.5, 350), (0.25, 566), (0.1, 1168),
    )  # fmt: skip

    def steps_to(self, loss: float) -> int:
        """As measured with 16 hidden values; a quarter of it with 256."""
        return max(1, int(super().steps_to(loss) * (16 / self.hidden) ** 0.5))

    @property
    def shapes(self) -> Shapes:
        """Weights as (out, in)."""
        return {"w1": (self.hidden, 64), "b1": (self.hidden,), "w2": (10, self.hidden), "b2": (10,)}

    @property
    def n_examples(self) -> int:
        """All 1797 digits."""
        return 1797

    @property
    def flops(self) -> int:
        """Two matrix products."""
        return 2 * self.hidden * 74

    @property
    def activations(self) -> int:
        """Hidden values, their slopes and the logits."""
        return 4 * self.hidden + 30

    def build(self, device: str = "cpu") -> Model:
        """Load the digits."""
        from surgecore.training.workloads.datasets import load_digits
        from surgecore.training.workloads.dense import MLPModel

        return MLPModel(self, device, *load_digits())


@dataclass(frozen=True)
class FashionCNN(Workload):
    """A 5-layer network on complete Fashion-MNIST: two convolutions with pooling, three dense layers."""

    channels: int = option(8, 1, 64)
    hidden: int = option(64, 4, 1024)
    evaluated: int = option(FASHION_IMAGES, 1000, FASHION_IMAGES)
    example: ClassVar[str] = "image"
    convolves: ClassVar[bool] = True
    loading: ClassVar[float] = 1.0
    _descent: ClassVar[tuple[tuple[float, float], ...]] = ((2.0, 19), (1.5, 34), (1.0, 62), (0.8, 91), (0.6, 197))

    @property
    def shapes(self) -> Shapes:
        """Kernels as (out, in, 5, 5) and (out, in, 3, 3); dense weights as (out, in)."""
        c, h = self.channels, self.hidden
        return {
            "k1": (c, 1, 5, 5), "c1": (c,), "k2": (2 * c, c, 3, 3), "c2": (2 * c,),
            "w1": (h, 2 * c * 25), "b1": (h,), "w2": (h // 2, h), "b2": (h // 2,), "w3": (10, h // 2), "b3": (10,),
        }  # fmt: skip

    @property
    def n_examples(self) -> int:
        """Training images over which the full loss is taken: the first `evaluated`; all 60000 are trained on."""
        return self.evaluated

    @property
    def n_training(self) -> int:
        """All images, whatever the loss is taken over."""
        return FASHION_IMAGES

    @property
    def flops(self) -> int:
        """Convolutions and dense layers."""
        c, h = self.channels, self.hidden
        return 2 * (24**2 * 25 * c + 10**2 * 9 * 2 * c * c + 50 * c * h + h * h // 2 + 5 * h)

    @property
    def activations(self) -> int:
        """Both convolutions before and after pooling, twice."""
        return self.channels * (24**2 * 3 + 10**2 * 6) + 4 * self.hidden

    def build(self, device: str = "cpu") -> Model:
        """Load the images; see `fashion_folder` for where they are looked for."""
        from surgecore.training.workloads.datasets import load_fashion
        from surgecore.training.workloads.networks import CNNModel

        return CNNModel(self, device, *load_fashion())


@dataclass(frozen=True)
class CharTransformer(Workload):
    """A character transformer on the source text of ten modules of Python's standard library, which comes with it."""

    width: int = option(32, 8, 1024)
    heads: int = option(2, 1, 64)
    layers: int = option(1, 1, 24)
    context: int = option(32, 4, 1024)
    sequences: int = option(1024, 16, 1 << 20)
    example: ClassVar[str] = "sequence"
    efficiency: ClassVar[float] = 0.5
    alone: ClassVar[bool] = True
    _descent: ClassVar[tuple[tuple[float, float], ...]] = ((4.0, 7), (3.5, 14), (3.0, 41), (2.55, 139), (2.3, 269))
    vocabulary: ClassVar[int] = 96

    def __post_init__(self) -> None:
        if self.width % self.heads:
            raise not_a_multiple("width", self.width, "heads", self.heads)

    def steps_to(self, loss: float) -> int:
        """As measured with a width of 32; a quarter of it with 208."""
        return max(1, int(super().steps_to(loss) * (32 / self.width) ** 0.75))

    @property
    def shapes(self) -> Shapes:
        """Embeddings, then per layer: attention in and out, and the two dense layers, all as (out, in)."""
        d, out = self.width, {"tokens": (self.vocabulary, self.width), "places": (self.context, self.width)}
        shapes: dict[str, tuple[int, ...]] = dict(out)
        for i in range(self.layers):
            shapes |= {
                f"n{i}": (d,), f"qkv{i}": (3 * d, d), f"out{i}": (d, d),
                f"m{i}": (d,), f"up{i}": (4 * d, d), f"down{i}": (d, 4 * d),
            }  # fmt: skip
        return shapes | {"norm": (d,), "head": (self.vocabulary, d)}

    @property
    def n_examples(self) -> int:
        """Sequences of the data set."""
        return self.sequences

    @property
    def flops(self) -> int:
        """Dense layers and attention of a whole sequence."""
        d, t = self.width, self.context
        return t * (self.layers * (24 * d * d + 4 * t * d) + 2 * d * self.vocabulary)

    @property
    def activations(self) -> int:
        """Dense layers, attention weights and logits of a sequence."""
        d, t = self.width, self.context
        return t * (self.layers * (20 * d + 3 * self.heads * t) + 3 * self.vocabulary)

    def build(self, device: str = "cpu") -> Model:
        """Read the text."""
        from surgecore.training.workloads.datasets import load_text
        from surgecore.training.workloads.networks import TransformerModel

        return TransformerModel(self, device, *load_text(self))


WORKLOADS: Mapping[str, type[Workload]] = MappingProxyType(
    {
        "quadratic": Quadratic,
        "softmax": Softmax,
        "digits-mlp": DigitsMLP,
        "fashion-cnn": FashionCNN,
        "char-transformer": CharTransformer,
        "resnet": ResNet,
        "gpt": GPT,
        "moe": MoE,
    }
)
