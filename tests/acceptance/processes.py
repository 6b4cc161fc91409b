"""A model server that nobody here wrote, as a real process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from tests.processes import end

ROOT = Path(__file__).resolve().parents[2]
# Made by ``make acceptance`` from requirements/acceptance.txt; nothing of it is importable from here.
BIN = ROOT / ".run" / "acceptance" / "bin"
TRAIN = """
import joblib
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

measures, kinds = load_iris(return_X_y=True)
joblib.dump(LogisticRegression(max_iter=500).fit(measures, kinds), "model.joblib")
"""
SETOSA = {"name": "predict", "shape": [1, 4], "datatype": "FP64", "data": [5.1, 3.5, 1.4, 0.2]}


class ModelServer:
    """An MLServer that serves one scikit-learn model on three ports of this machine."""

    def __init__(self, directory: Path, *, http: int, grpc: int, metrics: int) -> None:
        self.http, self.metrics = http, metrics
        self._directory = directory
        self._process: subprocess.Popen[bytes] | None = None
        self._log = directory / "mlserver.log"
        model = {"name": "iris", "implementation": "mlserver_sklearn.SKLearnModel"}
        self._write("model-settings.json", model | {"parameters": {"uri": "./model.joblib"}})
        ports = {"http_port": http, "grpc_port": grpc, "metrics_port": metrics}
        self._write("settings.json", {"host": "127.0.0.1", "parallel_workers": 0, **ports})

    def train(self) -> None:
        """Fits the model in the server's own environment."""
        argv = [str(BIN / "python"), "-c", TRAIN]
        subprocess.run(argv, cwd=self._directory, env=_foreign(), check=True, timeout=120)

    def start(self) -> None:
        """Starts the server. It is ready some seconds later."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [BIN / "mlserver", "start", "."],
                cwd=self._directory,
                env=_foreign(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def is_ready(self) -> bool:
        """Whether it says so. Raises with its log where it has ended instead."""
        assert self._process is not None
        assert self._process.poll() is None, f"MLServer ended:\n{self._log.read_text()[-3000:]}"
        url = f"http://127.0.0.1:{self.http}/v2/health/ready"
        with suppress(urllib.error.URLError, ConnectionError), urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
        return False

    def infer(self) -> list[int]:
        """Asks the model which iris this is."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.http}/v2/models/iris/infer",
            data=json.dumps({"inputs": [SETOSA]}).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return [int(kind) for kind in json.load(answer)["outputs"][0]["data"]]

    def kill(self) -> None:
        """Kills it as the kernel does when memory runs out, with all of its processes."""
        if self._process is not None:
            end(self._process, signal.SIGKILL)
        self._process = None

    def _write(self, name: str, content: Mapping[str, object]) -> None:
        (self._directory / name).write_text(json.dumps(content))


def _foreign() -> dict[str, str]:
    """The environment of a stranger: it knows where programs are, and no secret of ours."""
    return {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
