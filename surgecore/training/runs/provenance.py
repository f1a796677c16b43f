"""Where a result comes from: code, versions, device."""

from __future__ import annotations

import platform
import subprocess
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_HERE = Path(__file__).resolve().parents[2]
#: Rooms and modules that decide what is computed; a journal is only resumed under the same.
_NUMERICAL = (
    "training/engine", "training/workloads", "training/plans/grid.py", "training/plans/plan.py",
    "training/plans/tables.py", "training/runs/checkpoints.py",
    "training/runs/executors.py", "training/runs/records.py", "training/runs/runner.py",
)  # fmt: skip


@cache
def code_digest() -> str:
    """SHA-256 over the modules that decide results."""
    total = sha256()
    for name in _NUMERICAL:
        place = _HERE / name
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            total.update(path.read_bytes())
    return total.hexdigest()


def commit() -> str:
    """Git commit of the code with "+changes" where files differ from it; "" outside a repository."""

    def git(*words: str) -> str:
        command = ["git", "-C", str(_HERE), *words]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=20)
        return done.stdout.strip()

    try:
        return git("rev-parse", "HEAD") + ("+changes" if git("status", "--porcelain", "--", str(_HERE)) else "")
    except (OSError, subprocess.SubprocessError):
        return ""


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that results depend on."""
    out = {"python": platform.python_version()}
    for name in ("surgecore", "torch", "numpy", "scikit-learn"):
        try:
            out[name] = version(name)
        except PackageNotFoundError:
            continue
    return out


def device_name(device: str) -> str:
    """Name of the processor or GPU that computes."""
    if device == "cuda":
        import torch

        # the driver's version, where the driver's tool is there to say it
        try:
            command = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]
            done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=20)
            driver = f", driver {done.stdout.split()[0]}"
        except (OSError, IndexError, subprocess.SubprocessError):
            driver = ""
        return f"{torch.cuda.get_device_name()}{driver}, CUDA {torch.version.cuda}"
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return f"CPU, {line.partition(':')[2].strip()}"
    return f"CPU, {platform.processor() or platform.machine()}"
