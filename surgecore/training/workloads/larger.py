"""The paper's own workloads in kind, of any size: a residual network, a GPT and a mixture of experts. No torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, sqrt
from typing import TYPE_CHECKING, ClassVar

from surgecore.training.engine.stack import Shapes
from surgecore.training.workloads.options import option
from surgecore.training.workloads.problems import PlanCode, broken
from surgecore.training.workloads.workload import FASHION_IMAGES, Workload, not_a_multiple

if TYPE_CHECKING:
    from surgecore.training.workloads.models import Model


@dataclass(frozen=True)
class ResNet(Workload):
    """A residual convolutional network with group norm, in the form of ResNet-18, on Fashion-MNIST.

    Four stages of `blocks` blocks of two convolutions, each stage of twice the channels at half the size; ResNet-18
    has 64 channels and 2 blocks. Group norm takes the place of batch norm, which would tie examples together. With
    `augment`, images are shifted by up to two pixels and mirrored, as the draws decide.
    """

    channels: int = option(8, 1, 256)
    blocks: int = option(1, 1, 8)
    norms: int = option(4, 1, 64)
    augment: bool = False
    evaluated: int = option(FASHION_IMAGES, 100, FASHION_IMAGES)
    example: ClassVar[str] = "image"
    convolves: ClassVar[bool] = True
    loading: ClassVar[float] = 1.0
    _descent: ClassVar[tuple[tuple[float, float], ...]] = ((1.5, 29), (1.2, 45), (1.0, 60), (0.8, 92), (0.6, 159))

    def __post_init__(self) -> None:
        if self.channels % self.norms:
            raise not_a_multiple("channels", self.channels, "norms", self.norms)

    def steps_to(self, loss: float) -> int:
        """As measured with 8 channels; twice as many with 4."""
        return max(1, int(super().steps_to(loss) * 8 / self.channels))

    @property
    def layers(self) -> tuple[tuple[str, int, int, int], ...]:
        """Name, channels in and out, and stride of each block."""
        out, before = [], self.channels
        for stage in range(4):
            after = self.channels << stage
            for block in range(self.blocks):
                out.append((f"{stage}{block}", before, after, 2 if stage and not block else 1))
                before = after
        return tuple(out)

    @property
    def shapes(self) -> Shapes:
        """Kernels as (out, in, 3, 3), and as (out, in, 1, 1) where a block changes channels; gains and shifts."""
        c = self.channels
        shapes: dict[str, tuple[int, ...]] = {"k": (c, 1, 3, 3), "g": (c,), "s": (c,)}
        for name, before, after, _ in self.layers:
            shapes |= {
                f"k{name}a": (after, before, 3, 3), f"g{name}a": (after,), f"s{name}a": (after,),
                f"k{name}b": (after, after, 3, 3), f"g{name}b": (after,), f"s{name}b": (after,),
            }  # fmt: skip
            if before != after:
                shapes[f"k{name}c"] = (after, before, 1, 1)
        return shapes | {"w": (10, 8 * c), "b": (10,)}

    @property
    def scales(self) -> Mapping[str, float]:
        """Kernels before a rectifier have variance 2 / fan-in (He et al., arXiv 1502.01852)."""
        return {
            name: sqrt(2 / (shape[1] * shape[2] * shape[3]))
            for name, shape in self.shapes.items()
            if len(shape) == 4 and shape[2] == 3
        }

    @property
    def n_examples(self) -> int:
        """Training images over which the full loss is taken; all 60000 are trained on."""
        return self.evaluated

    @property
    def n_training(self) -> int:
        """All images, whatever the loss is taken over."""
        return FASHION_IMAGES

    def _sizes(self) -> list[tuple[int, int, int, bool]]:
        """Places, channels in and out of each block, and whether its shortcut is a convolution."""
        side, out = 28, []
        for _, before, after, stride in self.layers:
            side = ceil(side / stride)
            out.append((side * side, before, after, before != after))
        return out

    @property
    def flops(self) -> int:
        """Convolutions and the last layer."""
        c = self.channels
        blocks = sum(p * (9 * i * o + 9 * o * o + i * o * short) for p, i, o, short in self._sizes())
        return 2 * (28 * 28 * 9 * c + blocks + 80 * c)

    @property
    def activations(self) -> int:
        """Each convolution's output, its norm's and its rectifier's, and gradients of two of them."""
        blocks = sum(p * o * (10 + 2 * short) for p, _, o, short in self._sizes())
        return 28 * 28 * 5 * self.channels + blocks

    def build(self, device: str = "cpu") -> Model:
        """Load the images; see `fashion_folder` for where they are looked for."""
        from surgecore.training.workloads.datasets import load_fashion
        from surgecore.training.workloads.residual import ResNetModel

        return ResNetModel(self, device, *load_fashion())


@dataclass(frozen=True)
class GPT(Workload):
    """A GPT-2 in kind on characters: learned positions, pre-norm, tied head, scaled residual initialisation.

    Weights are normal with standard deviation 0.02 at width 768, and sqrt(768 / width) times that elsewhere; those
    that end a residual branch are divided by sqrt(2 layers). The text is 3 MB of Python's standard library.
    """

    width: int = option(64, 8, 4096)
    heads: int = option(2, 1, 64)
    layers: int = option(2, 1, 48)
    context: int = option(64, 4, 1024)
    sequences: int = option(2048, 16, 1 << 20)
    example: ClassVar[str] = "sequence"
    _descent: ClassVar[tuple[tuple[float, float], ...]] = (
        (3.5, 5), (3.0, 22), (2.8, 37), (2.6, 63), (2.4, 115), (2.2, 142), (1.9, 197),
    )  # fmt: skip
    vocabulary: ClassVar[int] = 96

    def __post_init__(self) -> None:
        if self.width % self.heads:
            raise not_a_multiple("width", self.width, "heads", self.heads)

    @property
    def shapes(self) -> Shapes:
        """Embeddings; per layer norms, attention in and out and the dense part; the last norm. Weights as (out, in)."""
        d = self.width
        shapes: dict[str, tuple[int, ...]] = {"tokens": (self.vocabulary, d), "places": (self.context, d)}
        for i in range(self.layers):
            shapes |= {
                f"ng{i}": (d,), f"ns{i}": (d,), f"qkv{i}": (3 * d, d), f"qkvb{i}": (3 * d,),
                f"out{i}": (d, d), f"outb{i}": (d,), f"mg{i}": (d,), f"ms{i}": (d,), **self._dense(i),
            }  # fmt: skip
        return shapes | {"g": (d,), "s": (d,)}

    def _dense(self, layer: int) -> dict[str, tuple[int, ...]]:
        d, i = self.width, layer
        return {f"up{i}": (4 * d, d), f"upb{i}": (4 * d,), f"down{i}": (d, 4 * d), f"downb{i}": (d,)}

    @property
    def scales(self) -> Mapping[str, float]:
        """Standard deviations of all that is no vector."""
        usual = 0.02 * sqrt(768 / self.width)
        ends = usual / sqrt(2 * self.layers)
        return {
            name: ends if name.startswith(("out", "down")) else usual
            for name, shape in self.shapes.items()
            if len(shape) > 1
        }

    def steps_to(self, loss: float) -> int:
        """As measured with a width of 64 (below 2.4 with 144, on fewer sequences), and fewer in wider ones."""
        return max(1, int(super().steps_to(loss) * (64 / self.width) ** 0.75))

    @property
    def n_examples(self) -> int:
        """Sequences of the data set."""
        return self.sequences

    @property
    def flops(self) -> int:
        """Dense layers, attention and head of a whole sequence."""
        d, t = self.width, self.context
        return t * (self.layers * (24 * d * d + 4 * t * d) + 2 * d * self.vocabulary)

    @property
    def activations(self) -> int:
        """Dense layers, attention weights and logits of a sequence."""
        d, t = self.width, self.context
        return t * (self.layers * (24 * d + 3 * self.heads * t) + 3 * self.vocabulary)

    def build(self, device: str = "cpu") -> Model:
        """Read the text."""
        from surgecore.training.workloads.datasets import load_library
        from surgecore.training.workloads.gpt import GPTModel

        return GPTModel(self, device, *load_library(self))


@dataclass(frozen=True)
class MoE(GPT):
    """The GPT with a mixture of experts: top-k of them for each character, fixed capacity, dense dispatch.

    In each sequence an expert takes at most `capacity` times its even share; characters later in the sequence that
    find it full go past it, so that what comes later changes nothing before. The load-balance loss of Switch
    (Fedus et al., arXiv 2101.03961, eq. 4), over each sequence, is added with weight `balance`; losses include it.
    """

    experts: int = option(4, 2, 64)
    chosen: int = option(2, 1, 8)
    capacity: float = option(1.25, 0.1, 16)
    balance: float = option(0.01, 0, 10)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.chosen > self.experts:
            raise broken(
                PlanCode.ABOVE_ANOTHER, where="workload.chosen", got=str(self.chosen), other="workload.experts",
                limit=str(self.experts),
            )  # fmt: skip

    @property
    def places(self) -> int:
        """Characters of a sequence that an expert may take."""
        return min(self.context, ceil(self.capacity * self.chosen * self.context / self.experts))

    def _dense(self, layer: int) -> dict[str, tuple[int, ...]]:
        d, e, i = self.width, self.experts, layer
        return {
            f"gate{i}": (e, d), f"up{i}": (e, 4 * d, d), f"upb{i}": (e, 4 * d),
            f"down{i}": (e, d, 4 * d), f"downb{i}": (e, d),
        }  # fmt: skip

    @property
    def scales(self) -> Mapping[str, float]:
        """As of the GPT; the biases of experts start at zero."""
        biases = {name: 0.0 for name in self.shapes if name.startswith(("upb", "downb"))}
        return {**super().scales, **biases}

    @property
    def flops(self) -> int:
        """The GPT's, with the experts' places in place of its dense part, and what dispatch costs."""
        d, t, e = self.width, self.context, self.experts
        dense = e * self.places * 16 * d * d + 2 * t * d * e + 4 * t * e * self.places * d
        return super().flops + self.layers * (dense - t * 16 * d * d)

    @property
    def activations(self) -> int:
        """The GPT's and, beside its dense part, places, gates and dispatch."""
        d, t, e = self.width, self.context, self.experts
        dense = e * self.places * 12 * d + 4 * t * e + 3 * t * e * self.places
        return super().activations + self.layers * (dense - 12 * t * d)

    def build(self, device: str = "cpu") -> Model:
        """Read the text."""
        from surgecore.training.workloads.datasets import load_library
        from surgecore.training.workloads.gpt import MoEModel

        return MoEModel(self, device, *load_library(self))
