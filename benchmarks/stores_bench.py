"""10,000 runs of a store, from its folder or database to a sweep, for the layouts with most files or rows.

Run it as ``python benchmarks/stores_bench.py [runs] [store ...]``. Each line is one store: what was written, the
seconds from the path to the checked trials, and those of processor time. The bar is 20 s for 10,000 runs.
"""

import csv
import json
import sqlite3
import struct
import sys
import tempfile
import time
from itertools import islice, product
from pathlib import Path

import numpy as np

from surgecore import Sweep, open_table

STEPS = 10


def runs(n):
    sizes, rates = [2**k for k in range(4, 12)], [1e-4 * 2 ** (k / 2) for k in range(14)]
    seeds = range(-(-n // (len(sizes) * len(rates))))
    rng = np.random.default_rng(0)
    for size, rate, seed in islice(product(sizes, rates, seeds), n):
        loss = float(2 + (np.log2(rate / 1e-3) / 4) ** 2 + 0.01 * rng.normal())
        yield size, rate, seed, [loss + 1 / (1 + step) for step in range(STEPS)]


def tree(root, n):
    for index, (size, rate, seed, curve) in enumerate(runs(n)):
        folder = root / f"{index:05d}"
        folder.mkdir()
        (folder / "config.json").write_text(json.dumps({"batch_size": size, "lr": rate, "seed": seed, "width": 64}))
        with (folder / "metrics.csv").open("w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["step", "val_loss"])
            rows.writerows(enumerate(curve))
    return root


def hydra(root, n):
    for index, (size, rate, seed, curve) in enumerate(runs(n)):
        folder = root / f"{index:05d}" / ".hydra"
        folder.mkdir(parents=True)
        (folder / "config.yaml").write_text(f"data:\n  batch_size: {size}\noptim:\n  lr: {rate!r}\nseed: {seed}\n")
        lines = [json.dumps({"step": step, "val_loss": loss}) + "\n" for step, loss in enumerate(curve)]
        (folder.parent / "metrics.jsonl").write_text("".join(lines))
    return root


def mlflow(root, n):
    experiment = root / "1"
    experiment.mkdir()
    (experiment / "meta.yaml").write_text("experiment_id: '1'\nname: sweep\nlifecycle_stage: active\n")
    for index, (size, rate, seed, curve) in enumerate(runs(n)):
        folder = experiment / f"{index:032x}"
        for kind in ("params", "metrics", "tags"):
            (folder / kind).mkdir(parents=True)
        meta = f"run_id: {folder.name}\nexperiment_id: '1'\nstatus: 3\nlifecycle_stage: active\n"
        (folder / "meta.yaml").write_text(meta)
        for name, value in (("batch_size", size), ("lr", repr(rate)), ("seed", seed)):
            (folder / "params" / name).write_text(str(value))
        (folder / "metrics" / "val_loss").write_text("".join(f"0 {loss!r} {step}\n" for step, loss in enumerate(curve)))
    return root


def optuna(root, n):
    path = root / "study.db"
    with sqlite3.connect(path) as db:
        db.executescript(
            "CREATE TABLE studies (study_id, study_name);"
            "CREATE TABLE study_directions (study_id, direction, objective);"
            "CREATE TABLE trials (trial_id, number, study_id, state);"
            "CREATE TABLE trial_params (trial_id, param_name, param_value, distribution_json);"
            "CREATE TABLE trial_user_attributes (trial_id, key, value_json);"
            "CREATE TABLE trial_values (trial_id, objective, value, value_type);"
            "CREATE TABLE trial_intermediate_values (trial_id, step, intermediate_value, intermediate_value_type);"
            "INSERT INTO studies VALUES (1, 's'); INSERT INTO study_directions VALUES (1, 'MINIMIZE', 0);"
        )
        real = '{"name": "FloatDistribution", "attributes": {}}'
        for index, (size, rate, seed, curve) in enumerate(runs(n)):
            db.execute("INSERT INTO trials VALUES (?, ?, 1, 'COMPLETE')", (index, index))
            for name, value in (("batch_size", size), ("lr", rate)):
                db.execute("INSERT INTO trial_params VALUES (?, ?, ?, ?)", (index, name, value, real))
            db.execute("INSERT INTO trial_user_attributes VALUES (?, 'seed', ?)", (index, str(seed)))
            db.execute("INSERT INTO trial_values VALUES (?, 0, ?, 'FINITE')", (index, curve[-1]))
            points = [(index, step, loss) for step, loss in enumerate(curve)]
            db.executemany("INSERT INTO trial_intermediate_values VALUES (?, ?, ?, 'FINITE')", points)
    db.close()
    return path


def _field(number, body):
    return bytes([number << 3 | 2, *_varint(len(body))]) + body


def _varint(value):
    out = []
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return [*out, value]


def tensorboard(root, n):
    for index, (size, rate, seed, curve) in enumerate(runs(n)):
        folder = root / f"batch_size={size},lr={rate!r},seed={seed}" / f"{index}"
        folder.mkdir(parents=True)
        with (folder / "events.out.tfevents.0.host").open("wb") as file:
            for step, loss in enumerate(curve):
                value = _field(1, b"val/loss") + b"\x15" + struct.pack("<f", loss)
                event = b"\x10" + bytes(_varint(step)) + _field(5, _field(1, value))
                file.write(struct.pack("<QI", len(event), 0) + event + struct.pack("<I", 0))
    return root


def wandb(root, n):
    for index, (size, rate, seed, curve) in enumerate(runs(n)):
        folder = root / f"offline-run-{index:05d}"
        folder.mkdir()
        settings = {"batch_size": size, "lr": rate, "seed": seed}
        items = b"".join(_field(1, _item(1, name, value)) for name, value in settings.items())
        records = [_long(17, _field(1, b"r%d" % index) + _field(4, items))]
        for step, loss in enumerate(curve):
            row = b"".join(_field(1, _item(2, name, value)) for name, value in (("val/loss", loss), ("_step", step)))
            records.append(_field(2, row))
        with (folder / f"run-{index}.wandb").open("wb") as file:
            file.write(b":W&B\xe1\xbe\x00")
            file.writelines(struct.pack("<IHB", 0, len(record), 1) + record for record in records)
    return root


def _item(key, name, value):
    return (
        _field(key, name.encode()) + bytes([0x82, 0x01, *_varint(len(json.dumps(value)))]) + json.dumps(value).encode()
    )


def _long(number, body):
    return bytes([*_varint(number << 3 | 2), *_varint(len(body))]) + body


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    chosen = set(sys.argv[2:])
    for make in (tree, hydra, mlflow, optuna, tensorboard, wandb):
        if chosen and make.__name__ not in chosen:
            continue
        with tempfile.TemporaryDirectory() as folder:
            path = make(Path(folder), n)
            start, before = time.perf_counter(), time.process_time()
            sweep = Sweep.from_table(open_table(path))
            seconds, cpu = time.perf_counter() - start, time.process_time() - before
            assert len(sweep.trials) == n
            print(f"{make.__name__:12s} {n:,} runs of {STEPS} steps: {seconds:5.1f} s, {cpu:5.1f} s of processor time")


if __name__ == "__main__":
    main()
