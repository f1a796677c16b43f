"""Broken files in bulk: bytes, encodings, nestings, archives and stores, each read as the page reads an upload.

Run it as ``python benchmarks/fuzz_tables.py [files] [seed]``. It prints how many became a table, how many a sentence,
and the slowest; anything but a table or a `SweepError` ends it with the file's number, from which it can be made again.
"""

import gzip
import io
import json
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd

from surgecore import SweepError, open_table

NAMES = (
    "metrics.csv", "config.json", "config.yaml", "a/meta.yaml", "events.out.tfevents.1", "x.db", "r/run.wandb",
    "result.json", "params.json", "trainer_state.json", ".hydra/config.yaml",
)  # fmt: skip
GOLDEN = Path(__file__).parents[1] / "tests" / "golden" / "stores"


def good_files():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"batch_size": [8, 8, 16, 16] * 8, "lr": [0.1, 0.2] * 16, "loss": rng.normal(size=32)})
    files = [frame.to_csv(index=False).encode(), frame.to_csv(index=False, sep=";", decimal=",").encode()]
    files += [frame.to_json(orient="records").encode(), frame.to_json(orient="records", lines=True).encode()]
    buffer = io.BytesIO()
    frame.to_parquet(buffer)
    files += [buffer.getvalue(), gzip.compress(files[0]), files[0].decode().encode("utf-16")]
    files += [b"| bs | lr | loss |\n|---|---|---|\n| 8 | 0.1 | 1 |\n| 16 | 0.1 | 2 |"]
    return files + [path.read_bytes() for path in sorted(GOLDEN.glob("*.zip"))]


def nested(rng):
    kind = rng.integers(6)
    depth = int(rng.integers(1, 100_000))
    if kind == 0:
        return b"[" * depth + b"]" * int(rng.integers(depth + 1))
    if kind == 1:
        return b'{"a":' * depth + b"1" + b"}" * depth
    if kind == 2:
        return json.dumps([{"lr": 10**400, "bs": 4, "loss": 1}, {"lr": 1, "bs": 4, "loss": 10**4000}]).encode()
    if kind == 3:
        return b"bs,lr,loss\n" + b"\n" * depth + b"4,0.1,1\n" + b"x,y,z\n" * depth
    if kind == 4:
        return b"".join(gzip.compress(b"") for _ in range(min(depth, 20_000)))
    return (
        b"config,summary,name\n" + b'"' + b"{'a':" * min(depth, 1000) + b"1" + b"}" * min(depth, 1000) + b'","{}",x\n'
    )


def archive(rng, files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for index in range(int(rng.integers(1, 6))):
            name = f"{'../' * int(rng.integers(3))}r{index}/{NAMES[rng.integers(len(NAMES))]}"
            made.writestr(name, mutated(rng, files[rng.integers(len(files))]))
    return buffer.getvalue()


def mutated(rng, data):
    data = bytearray(data)
    for _ in range(int(rng.integers(0, 12))):
        if not data:
            break
        at = int(rng.integers(len(data)))
        what = rng.integers(5)
        if what == 0:
            data[at] = int(rng.integers(256))
        elif what == 1:
            del data[at : at + int(rng.integers(1, 200))]
        elif what == 2:
            data[at:at] = bytes(rng.integers(0, 256, size=int(rng.integers(1, 40)), dtype=np.uint8))
        elif what == 3:
            data[at:at] = data[: int(rng.integers(1, 500))]
        else:
            data[at:at] = [b"nan", b"1e999", b'"', b"\x00", b"=cmd", b"{", b"\xff\xfe", b"\r"][rng.integers(8)]
    return bytes(data)


def made(number, files):
    rng = np.random.default_rng(number)
    kind = rng.integers(10)
    if kind == 0:
        return bytes(rng.integers(0, 256, size=int(rng.integers(0, 3000)), dtype=np.uint8))
    if kind == 1:
        return nested(rng)
    if kind == 2:
        return archive(rng, files)
    data = mutated(rng, files[rng.integers(len(files))])
    return gzip.compress(data) if kind == 3 else data


def main():
    n, seed = (int(text) for text in (sys.argv[1:] + ["10000", "0"][len(sys.argv) - 1 :])[:2])
    files, tables, slowest = good_files(), 0, (0.0, 0)
    for number in range(seed, seed + n):
        data = made(number, files)
        start = time.process_time()
        try:
            table = open_table(data, name="fuzz")
            table.problems()
            tables += 1
        except SweepError as error:
            str(error)
        except BaseException:
            print(f"file {number}")
            raise
        slowest = max(slowest, (time.process_time() - start, number))
    print(f"{n:,} files: {tables:,} tables, {n - tables:,} sentences, slowest {slowest[0]:.2f} s (file {slowest[1]})")


if __name__ == "__main__":
    main()
