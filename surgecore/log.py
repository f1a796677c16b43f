"""One row per training run, ready for `surge fit`: for a plain loop, the Hugging Face Trainer and Lightning.

None of them is imported here: the Trainer calls by name, and Lightning's class is taken where it is loaded already.
"""

from __future__ import annotations

import json
import math
import os
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

Value = str | int | float | bool | None


class RunLog:
    """Appends one row to a file when a training run ends; a run that raises is a row too.

    Attributes
    ----------
    path : Path
        A file of JSON lines that all runs of a sweep share; every row is one write.
    row : dict
        What will be written: the settings, then ``loss``, ``steps`` and ``status``.

    Parameters
    ----------
    path : path
        Where to; made with its folders if it is not there.
    batch_size : int
        Examples in one step of the optimizer, over all devices and accumulation [examples].
    learning_rate : float
        The rate that was set; the peak of a schedule.
    seed : int, optional
        Seed of the run.
    **settings : str, int, float or bool
        Whatever else tells runs apart: model, optimizer, weight decay.

    Raises
    ------
    ValueError
        If `batch_size` or `learning_rate` is not positive.

    Examples
    --------
    >>> import json, tempfile, pathlib
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "runs.jsonl"
    >>> with RunLog(file, batch_size=32, learning_rate=1e-3, seed=0) as run:
    ...     for step in range(3):
    ...         run.log(loss=1.0 / (step + 1))
    >>> json.loads(file.read_text())["loss"], json.loads(file.read_text())["status"]
    (0.3333333333333333, 'complete')
    """

    def __init__(
        self, path: str | os.PathLike[str], *, batch_size: int, learning_rate: float, seed: int | None = None,
        **settings: Value,
    ) -> None:  # fmt: skip
        for name, value in (("batch_size", batch_size), ("learning_rate", learning_rate)):
            if not value > 0:
                raise ValueError(f"{name} must be positive, but got {value!r}")
        self.path = Path(path)
        self.row: dict[str, Value] = {"batch_size": batch_size, "learning_rate": learning_rate}
        self.row |= ({} if seed is None else {"seed": seed}) | settings
        self._loss: float | None = None
        self._steps = 0

    def log(self, *, loss: float, steps: int | None = None) -> None:
        """Keep the latest loss.

        Parameters
        ----------
        loss : float
            The metric that the sweep compares; nan or inf for a run that diverged.
        steps : int, optional
            Steps trained so far; one more than before by default.
        """
        self._loss = float(loss)
        self._steps = self._steps + 1 if steps is None else int(steps)

    def end(self, status: str | None = None) -> None:
        """Write the row.

        Parameters
        ----------
        status : {"complete", "incomplete", "infeasible"}, optional
            By the loss by default: infeasible where it is not finite, incomplete where there is none.
        """
        by_loss = "incomplete" if self._loss is None else "complete" if math.isfinite(self._loss) else "infeasible"
        row = self.row | {"loss": self._loss, "steps": self._steps or None, "status": status or by_loss}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")

    def __enter__(self) -> RunLog:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end("incomplete" if kind is not None and (self._loss is None or math.isfinite(self._loss)) else None)


class TrainerLog:
    """Callback of the Hugging Face Trainer: ``Trainer(..., callbacks=[TrainerLog("runs.jsonl")])``.

    The batch size is per device, times devices, times accumulation; the loss is the last ``eval_loss``, or the last
    training loss where nothing was evaluated. Only the first process writes.

    Parameters
    ----------
    path : path
        As for `RunLog`.
    metric : str, optional
        Name in the Trainer's logs.
    **settings : str, int, float or bool
        As for `RunLog`.
    """

    def __init__(self, path: str | os.PathLike[str], *, metric: str = "eval_loss", **settings: Value) -> None:
        self.path, self.metric, self.settings = path, metric, settings

    def on_train_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ANN401 - theirs
        """Write the run's row from the arguments and the log that the Trainer hands over."""
        if not getattr(state, "is_world_process_zero", True):
            return
        devices = max(1, int(getattr(args, "world_size", 1))) * max(1, int(getattr(args, "n_gpu", 1)))
        size = int(args.per_device_train_batch_size) * devices * int(getattr(args, "gradient_accumulation_steps", 1))
        run = RunLog(
            self.path, batch_size=size, learning_rate=float(args.learning_rate), seed=int(args.seed), **self.settings
        )
        found = [row[name] for name in (self.metric, "loss") for row in state.log_history if name in row]
        own = [row[self.metric] for row in state.log_history if self.metric in row]
        if found:
            run.log(loss=(own or found)[-1], steps=int(state.global_step))
        stopped = int(state.global_step) < int(getattr(state, "max_steps", 0) or 0)
        finite = bool(found) and math.isfinite((own or found)[-1])
        run.end("incomplete" if stopped and finite else None)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - every other event of theirs
        if name.startswith("on_"):
            return _nothing
        raise AttributeError(name)


def _nothing(*_: object, **__: object) -> None:
    return None


def lightning_log(
    path: str | os.PathLike[str], *, batch_size: int, learning_rate: float, seed: int | None = None,
    metric: str = "val_loss", **settings: Value,
) -> Any:  # noqa: ANN401 - a class that is known only where Lightning is loaded  # fmt: skip
    """Callback of Lightning: ``Trainer(..., callbacks=[lightning_log("runs.jsonl", batch_size=..., ...)])``.

    Parameters
    ----------
    path, batch_size, learning_rate, seed, **settings
        As for `RunLog`: Lightning's trainer does not know the batch size.
    metric : str, optional
        Name under which the module logs what the sweep compares.

    Returns
    -------
    lightning.pytorch.Callback

    Raises
    ------
    ValueError
        If Lightning is not loaded.
    """
    loaded = next(
        (sys.modules[name] for name in ("lightning.pytorch", "pytorch_lightning") if name in sys.modules), None
    )
    if loaded is None:
        raise ValueError("lightning must be imported before lightning_log is called, but is not")

    class SweepRow(loaded.Callback):  # type: ignore[name-defined, misc] # theirs
        def on_fit_end(self, trainer: Any, module: Any) -> None:  # noqa: ANN401
            if getattr(trainer, "is_global_zero", True):
                run = RunLog(path, batch_size=batch_size, learning_rate=learning_rate, seed=seed, **settings)
                if metric in trainer.callback_metrics:
                    run.log(loss=float(trainer.callback_metrics[metric]), steps=int(trainer.global_step))
                run.end("incomplete" if getattr(trainer, "interrupted", False) else None)

    return SweepRow()
