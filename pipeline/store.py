"""Write tables: staged beside the output, then moved into place; the manifest comes last."""

import hashlib
import json
import os
import shutil
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline import __version__

MANIFEST = "manifest.json"


def store(tables: dict[str, pa.Table], folder: Path, rules: dict[str, str]) -> None:
    """Write `<table>.parquet` and the manifest into `folder`. `rules` are the fingerprints of the kinds of pacts.

    Nothing in the folder changes before every file is whole. Raises OSError where it cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=".staging-", dir=folder))
    try:
        for name, table in tables.items():
            pq.write_table(table, staging / f"{name}.parquet", compression="zstd", write_statistics=True)
        manifest = {
            "parser_version": __version__,
            "rules": rules,
            "inputs": {
                row["pact_id"]: row["sha256"] for row in tables["documents"].select(["pact_id", "sha256"]).to_pylist()
            },
            "tables": {
                name: {"rows": table.num_rows, "sha256": _sha256(staging / f"{name}.parquet")}
                for name, table in tables.items()
            },
        }
        text = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
        (staging / MANIFEST).write_text(text, encoding="utf-8")
        for path in [*(staging / f"{name}.parquet" for name in tables), staging / MANIFEST]:
            os.replace(path, folder / path.name)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
