"""Runs from a tracker's server, through its own client, when a command asks for them; pages never do."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from surgecore.tables.problems import ProblemCode, SweepError, refused
from surgecore.tables.stores.runs import Contents, Run, as_cell, as_number, flat

_WANDB = "wandb://"
_MLFLOW = "mlflow+"


def is_address(text: str) -> bool:
    """Whether a text names a server: ``wandb://entity/project`` or ``mlflow+http://host:port/experiment``."""
    return text.startswith((_WANDB, _MLFLOW))


def fetch(address: str) -> Contents:
    """Fetch the runs of a project, sweep or experiment.

    Parameters
    ----------
    address : str
        ``wandb://entity/project`` or ``wandb://entity/project/sweeps/id``; ``mlflow+http://host:port`` or
        ``mlflow+https://host/experiment name``. Credentials are those that the client finds.

    Returns
    -------
    Contents
        The columns of the tracker's own export.

    Raises
    ------
    SweepError
        If the client is not installed, or the server gives no runs.
    """
    try:
        return _wandb(address.removeprefix(_WANDB)) if address.startswith(_WANDB) else _mlflow(address)
    except SweepError:
        raise
    except Exception as error:  # whatever the clients raise: a lost connection, no login, no such project
        raise refused(ProblemCode.SERVER_FAILED, address=address, reason=str(error)[:300]) from error


def _client(package: str) -> Any:  # noqa: ANN401 - a module without types
    try:
        return import_module(package)
    except ImportError as error:
        raise refused(ProblemCode.SERVER_NO_CLIENT, package=package) from error


def _wandb(path: str) -> Contents:
    project, _, sweep = path.strip("/").partition("/sweeps/")
    api = _client("wandb").Api()
    runs = []
    for found in api.sweep(f"{project}/{sweep}").runs if sweep else api.runs(project):
        settings = flat({key: value for key, value in found.config.items() if not key.startswith("_")}, ".")
        run = Run(found.name, {"Name": found.name, "State": found.state, **settings})
        for name, cell in flat(dict(found.summary), ".").items():
            if not name.startswith("_"):
                run.cells[name if name not in settings else f"logged {name}"] = cell
        runs.append(run)
    return Contents("wandb", runs)


def _mlflow(address: str) -> Contents:
    scheme, _, rest = address.removeprefix(_MLFLOW).partition("://")
    host, _, experiment = rest.partition("/")
    client = _client("mlflow").MlflowClient(tracking_uri=f"{scheme}://{host}")
    if experiment:
        one = client.get_experiment_by_name(experiment)
        if one is None:
            raise refused(ProblemCode.STORE_NO_RUNS)
        ids = [one.experiment_id]
    else:
        ids = [one.experiment_id for one in client.search_experiments()]
    runs, token = [], None
    while True:
        page = client.search_runs(ids, page_token=token)
        runs += [_mlflow_run(found) for found in page]
        token = getattr(page, "token", None)
        if not token:
            break
    several = len({run.cells["experiment_id"] for run in runs}) > 1
    return Contents("mlflow", runs, group=("experiment_id",) if several else ())


def _mlflow_run(found: Any) -> Run:  # noqa: ANN401 - the client's
    experiment = f"experiment {found.info.experiment_id}"
    cells = {"run_id": found.info.run_id, "experiment_id": experiment, "status": found.info.status}
    run = Run(found.info.run_id, dict(cells))
    run.cells |= {f"params.{name}": as_cell(str(value)) for name, value in found.data.params.items()}
    run.cells |= {f"metrics.{name}": as_number(value) for name, value in found.data.metrics.items()}
    run.cells |= {f"tags.{k}": v for k, v in found.data.tags.items() if not k.startswith("mlflow.")}
    return run
