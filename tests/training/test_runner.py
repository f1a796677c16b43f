import multiprocessing
import os
import signal
import threading

import numpy as np
import pytest
import torch

from surgecore import Sweep
from surgecore.training.plans import plan as plan_module
from surgecore.training.plans.estimate import chunk_seconds, stages
from surgecore.training.plans.plan import Plan
from surgecore.training.runs import executors, progress
from surgecore.training.runs.journal import Journal, JournalError
from surgecore.training.runs.runner import JOURNAL, run


@pytest.fixture
def plan(plan_text):
    return Plan.from_toml(plan_text)


@pytest.fixture
def long_plan(plan_text):
    text = plan_text.replace("[4, 16]", str(list(range(2, 42)))).replace("steps = [3, 1]", "steps = [30, 1]")
    return Plan.from_toml(text)


def tables(result):
    return {key: sweep.to_csv() for key, sweep in result.sweeps.items()}


def test_result_is_a_sweep_of_every_run(plan, tmp_path):
    result = run(plan, out=tmp_path, device="cpu")
    assert result.finished
    assert (result.done, result.total) == (24, 24)
    assert list(result.sweeps) == ["k3", "k1"]
    for key, steps in (("k3", 3), ("k1", 1)):
        sweep = result.sweeps[key]
        assert sweep.steps == steps
        assert sweep.n_seeds == 4
        assert len(sweep.trials) == 24
        assert set(sweep.trials["status"]) == {"complete"}
        assert Sweep.from_csv(sweep.to_csv().encode()).digest == sweep.digest
    assert result.provenance["precision"] == "float32"
    assert result.provenance["arithmetic"]["convolution"] == "ieee"
    assert result.provenance["fallbacks"] == {}
    assert len(result.provenance["data"]) == 64
    assert result.provenance["device"].startswith("CPU")


def test_diverged_runs_are_kept(plan_text, tmp_path):
    text = plan_text.replace('key = "sign"', 'key = "sgd"').replace("[0.003, 0.01, 0.03]", "[0.003, 0.01, 1e6]")
    text = text.replace("steps = [3, 1]", "steps = [40]").replace('"softmax"', '"quadratic"').replace("2.0", "0.0")
    trials = run(Plan.from_toml(text), out=tmp_path, device="cpu").sweeps["k40"].trials
    assert set(trials.loc[trials["learning_rate"] == 1e6, "status"]) == {"infeasible"}
    assert set(trials.loc[trials["learning_rate"] < 1, "status"]) == {"complete"}
    assert len(trials) == 24


def test_progress_counts_up_and_names_the_best(plan, tmp_path):
    told = []
    result = run(plan, out=tmp_path, device="cpu", on_progress=told.append)
    assert [progress.done for progress in told] == [12, 24]
    assert told[-1].remaining == 0
    cells = result.sweeps["k3"].cells()
    for batch_size, (rate, loss) in told[-1].best.items():
        here = cells[cells["batch_size"] == batch_size].set_index("learning_rate")["loss"]
        assert rate == here.idxmin()
        assert loss == pytest.approx(here.min())
    assert sum(cell[3] for progress in told for cell in progress.cells) == 24


def test_cancel_then_resume_gives_the_undisturbed_table(long_plan, tmp_path):
    whole = run(long_plan, out=tmp_path / "whole", device="cpu")
    stop = threading.Event()

    def after_ten(progress):
        if progress.done >= 10 * 12:
            stop.set()

    part = run(long_plan, out=tmp_path / "part", device="cpu", on_progress=after_ten, cancel=stop)
    assert not part.finished
    assert part.sweeps == {}
    assert (part.done, part.total) == (120, 480)
    told = []
    again = run(long_plan, out=tmp_path / "part", device="cpu", resume=True, on_progress=told.append)
    assert told[0].done == 11 * 12
    assert tables(again) == tables(whole)


def test_the_shortest_budget_gets_on(plan, tmp_path):
    done = []
    while not done or done[-1] < 24:
        result = run(plan, out=tmp_path, device="cpu", budget=0, resume=bool(done))
        done.append(result.done)
    # the checkpoint in parts, then a chunk a call
    assert done == [*[0] * (len(done) - 2), 12, 24]
    assert result.finished


def test_a_stopped_checkpoint_goes_on_to_the_same_table(plan_text, tmp_path):
    plan = Plan.from_toml(plan_text.replace("loss = 2.0", "loss = 0.9"))
    whole = run(plan, out=tmp_path / "whole", device="cpu")
    stop = threading.Event()
    stop.set()
    parts = run(plan, out=tmp_path / "part", device="cpu", cancel=stop)
    assert not parts.finished
    assert (tmp_path / "part" / "start-unfinished.npz").exists()
    calls = 1
    while not (parts := run(plan, out=tmp_path / "part", device="cpu", budget=0, resume=True)).finished:
        calls += 1
    assert calls > 3
    assert tables(parts) == tables(whole)


def test_a_kept_checkpoint_is_not_trained_again(plan, tmp_path, monkeypatch):
    whole = run(plan, out=tmp_path, device="cpu", budget=0)
    while not (tmp_path / "start.npy").exists():
        whole = run(plan, out=tmp_path, device="cpu", budget=0, resume=True)
    assert not whole.finished

    def again(*options, **more):
        raise AssertionError

    monkeypatch.setattr("surgecore.training.runs.checkpoints.checkpoints", again)
    assert run(plan, out=tmp_path, device="cpu", resume=True).finished
    np.save(tmp_path / "start.npy", np.zeros(650, dtype=np.float32))
    with pytest.raises(JournalError, match="must be what the journal's records began from"):
        run(plan, out=tmp_path, device="cpu", resume=True)


def test_how_it_is_computed_may_change_on_the_way(plan_text, tmp_path, monkeypatch):
    text = plan_text.replace("seeds = 4", "seeds = 400").replace("[4, 16]", "[256, 512]")
    whole = run(Plan.from_toml(text), out=tmp_path / "whole", device="cpu")
    stop = threading.Event()
    part_plan = Plan.from_toml(text)
    part = run(part_plan, out=tmp_path / "part", device="cpu", cancel=stop, on_progress=lambda progress: stop.set())
    assert 0 < part.done < part.total
    before = len(part_plan.chunks(1))
    monkeypatch.setattr(plan_module, "_CACHE", 4_000_000)
    more = Plan.from_toml(text.replace("memory_mb = 16", "memory_mb = 32"))
    assert len(more.chunks(1)) > before
    assert tables(run(more, out=tmp_path / "part", device="cpu", resume=True)) == tables(whole)


def test_without_memory_for_a_chunk_its_halves_are_run(plan, tmp_path, monkeypatch):
    whole = tables(run(plan, out=tmp_path / "whole", device="cpu"))
    real = executors._work

    def small(task, chunk):
        if chunk.n_runs > 2:
            raise torch.OutOfMemoryError("out of memory")
        return real(task, chunk)

    monkeypatch.setattr(executors, "_work", small)
    result = run(plan, out=tmp_path / "halves", device="cpu")
    assert tables(result) == whole
    assert result.provenance["fallbacks"] == {"halved": 2}


def test_no_memory_for_a_single_run_is_an_error(plan, tmp_path, monkeypatch):
    def none(task, chunk):
        raise torch.OutOfMemoryError("out of memory")

    monkeypatch.setattr(executors, "_work", none)
    with pytest.raises(torch.OutOfMemoryError):
        run(plan, out=tmp_path, device="cpu")


def test_processes_are_one_a_gpu(plan, monkeypatch):
    asked = []
    monkeypatch.setattr(executors, "_processes", lambda task, chunks, workers, cancelled: asked.append(workers) or [])
    monkeypatch.setattr(executors, "work", lambda task, chunk: asked.append("here"))
    task = executors.Task("{}", "cuda", b"")
    for gpus in (1, 4):
        monkeypatch.setattr(executors, "visible_gpus", lambda gpus=gpus: gpus)
        list(executors.compute(task, plan.chunks(1)[:1], "processes", workers=16, cancelled=lambda: False))
    assert asked == ["here", 4]


def test_time_of_all_sessions_counts(plan, tmp_path):
    run(plan, out=tmp_path, device="cpu", budget=0)
    while not (result := run(plan, out=tmp_path, device="cpu", budget=0, resume=True)).finished:
        pass
    journal = Journal(tmp_path / JOURNAL, {}, resume=True)
    sessions = {r["session"]: r["at"] for r in journal.records.values() if "at" in r}
    journal.close()
    assert len(sessions) == 2
    assert result.provenance["wall_seconds"] == pytest.approx(sum(sessions.values()), abs=0.11)


@pytest.mark.parametrize("options", [{"budget": -1}, {"budget": np.nan}, {"workers": 0}, {"workers": -2}])
def test_no_budget_and_no_workers_are_refused(plan, tmp_path, options):
    with pytest.raises(ValueError, match=r"must be .*positive.*, but got"):
        run(plan, out=tmp_path, device="cpu", **options)
    assert not list(tmp_path.iterdir())


def test_another_plan_cannot_go_on(plan, plan_text, tmp_path):
    run(plan, out=tmp_path, device="cpu")
    with pytest.raises(FileExistsError):
        run(plan, out=tmp_path, device="cpu")
    other = Plan.from_toml(plan_text.replace("seeds = 4", "seeds = 5"))
    with pytest.raises(JournalError, match="plan was"):
        run(other, out=tmp_path, device="cpu", resume=True)


def test_two_stages_surround_the_optimum(plan_text, tmp_path):
    text = plan_text.replace("[0.003, 0.01, 0.03]", "[0.001, 0.005, 0.025, 0.125]").replace(
        "seeds = 4", "seeds = 4\nrefine = true\nscout_seeds = 2\neach_side = 5"
    )
    sweep = run(Plan.from_toml(text), out=tmp_path, device="cpu").sweeps["k3"]
    for batch_size, cells in sweep.cells().groupby("batch_size"):
        best = cells["loss"].to_numpy().argmin()
        assert 0 < best < len(cells) - 1, batch_size
        ratios = np.diff(np.log2(cells["learning_rate"]))
        np.testing.assert_allclose(ratios, 0.5, atol=1e-4)
    assert sweep.n_seeds == 4


def child(toml, folder, pipe):
    plan = Plan.from_toml(toml)
    resume = (folder / JOURNAL).exists()
    run(plan, out=folder, device="cpu", resume=resume, on_progress=lambda progress: pipe.send(progress.done))
    pipe.send(None)


@pytest.mark.parametrize("kills", [4, pytest.param(20, marks=pytest.mark.long)])
def test_kills_leave_the_table_unchanged(plan_text, tmp_path, kills):
    sizes = list(range(2, 12 + 4 * kills))
    text = plan_text.replace("[4, 16]", str(sizes)).replace("steps = [3, 1]", "steps = [30, 1]")
    whole = tables(run(Plan.from_toml(text), out=tmp_path / "whole", device="cpu"))
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["pytest", "surgecore.training.runs.runner", "surgecore.training.engine.loop"])
    random = np.random.default_rng(0)
    folder, killed = tmp_path / "killed", 0
    folder.mkdir()
    for _ in range(kills):
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=child, args=(text, folder, theirs))
        process.start()
        theirs.close()
        for _ in range(int(random.integers(1, 4))):
            if ours.recv() is None:
                break
        # somewhere within the next chunk or its record
        ours.poll(float(random.uniform(0, 0.01)))
        process.kill()
        process.join()
        killed += process.exitcode == -signal.SIGKILL
    assert killed >= kills - 2
    assert tables(run(Plan.from_toml(text), out=folder, device="cpu", resume=True)) == whole


def test_a_lost_worker_is_replaced(long_plan, tmp_path):
    plan = long_plan
    lost = []

    def lose_one(progress):
        if not lost:
            lost.append(multiprocessing.active_children()[0])
            lost[0].kill()

    result = run(plan, out=tmp_path / "a", device="cpu", executor="processes", workers=2, on_progress=lose_one)
    assert lost
    assert result.finished
    assert tables(result) == tables(run(plan, out=tmp_path / "b", device="cpu"))


@pytest.mark.long
def test_ray_cluster_survives_a_killed_worker(plan_text, tmp_path):
    ray = pytest.importorskip("ray", reason="Ray is not installed (extra 'cluster')")
    plan = Plan.from_toml(plan_text.replace("[4, 16]", str(list(range(2, 22)))))
    lost = []

    def lose_one(progress):
        if not lost:
            # a worker that is free for this question takes the next chunk right after it
            lost.append(ray.get(ray.remote(num_cpus=1)(lambda: os.getpid()).remote()))
            os.kill(lost[0], signal.SIGKILL)

    try:
        result = run(
            plan,
            out=tmp_path / "a",
            device="cpu",
            executor="ray",
            workers=2,
            address="local",
            on_progress=lose_one,
        )
    finally:
        ray.shutdown()
    assert lost
    assert tables(result) == tables(run(plan, out=tmp_path / "b", device="cpu"))


def test_unknown_device():
    with pytest.raises(ValueError, match="device must be auto, cpu or cuda, but got 'tpu'"):
        run(None, out=".", device="tpu")


class Recorded:
    """What the tracker asks of a record."""

    def __init__(self, chunk):
        self.chunk = chunk

    def losses(self, output):
        return np.ones((len(self.chunk.seeds), len(self.chunk.rates)))


@pytest.mark.parametrize("refine", [False, True])
@pytest.mark.parametrize("order", [1, -1])
def test_the_time_left_never_rises_where_batches_cost_what_they_weigh(plan_text, monkeypatch, refine, order):
    """Small batches first or last; every chunk takes a constant times its weight, with a scatter of a tenth."""
    text = plan_text.replace("[4, 16]", "[4, 16, 64, 256, 1024, 4096]")
    if refine:
        text = text.replace("seeds = 4", "seeds = 4\nrefine = true\nscout_seeds = 2\nper_octave = 1\neach_side = 2")
    plan, now, told = Plan.from_toml(text), [100.0], []
    monkeypatch.setattr(progress, "monotonic", lambda: now[0])
    tracker = progress.Tracker(plan, now[0], told.append)
    rng, true = np.random.default_rng(0), []
    for stage, rates in stages(plan):
        chunks = sorted(plan.chunks(stage, rates), key=lambda chunk: order * chunk.batch_size)
        tracker.start(stage, chunks, [], chunks)
        for chunk in chunks:
            now[0] += 3.0 * chunk_seconds(plan, chunk) * rng.uniform(0.9, 1.1)
            true.append(now[0])
            tracker.add(Recorded(chunk))
    said = np.array([now.remaining for now in told])
    assert said[-1] == 0
    assert (np.diff(said) <= 0).all()
    np.testing.assert_allclose(said, true[-1] - np.array(true), atol=0.1 * (true[-1] - 100.0))
