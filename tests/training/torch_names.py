"""Names of torch that the training code uses: ``python tests/training/torch_names.py`` lists them, under the oldest.

What that torch does not have is an error. `test_oldest.py` holds the code to the list, so that a name which came later
is found without the old torch.
"""

import ast
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIST = Path(__file__).with_name("torch_names.txt")
ROOMS = ("surgecore/training", "surgecore/measuring", "benchmarks/gpu_bench.py", "benchmarks/training_bench.py")
#: What modules of torch are imported as.
ALIASES = {"functional": "torch.nn.functional", "nn": "torch.nn"}


def used():
    """Dotted names below ``torch``, and names of attributes anywhere."""
    dotted, attributes = set(), set()
    for room in ROOMS:
        place = ROOT / room
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            tree = ast.parse(path.read_text(encoding="utf-8"))
            for node in ast.walk(tree):
                if isinstance(node, ast.Attribute):
                    attributes.add(node.attr)
                    dotted.add(chain(node))
                elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "torch":
                    dotted |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in dotted if name.startswith("torch.")}, attributes


def chain(node):
    """``torch.a.b`` of an attribute of an attribute of a module of torch; else nothing."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join([ALIASES.get(node.id, node.id), *reversed(parts)])


def names(torch):
    """Of a torch: which of the names that are used are its own, in order."""
    dotted, attributes = used()
    own = {f"Tensor.{name}" for name in attributes if hasattr(torch.Tensor, name)}
    return sorted(dotted | own)


def resolves(torch, name):
    """Whether a torch has a name."""
    found = torch
    for part in name.split(".")[name.startswith("torch.") :]:
        if not hasattr(found, part):
            return False
        found = getattr(found, part)
    return True


def main():
    import torch
    import torch._dynamo
    import torch.utils.flop_counter

    lacking = [name for name in names(torch) if not resolves(torch, name)]
    if lacking:
        sys.exit(f"torch {torch.__version__} lacks {', '.join(lacking)}")
    version = torch.__version__.partition("+")[0]
    LIST.write_text("\n".join([f"# torch {version} has all of these", *names(torch)]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
