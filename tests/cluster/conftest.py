from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from small_retraining import make_data


@pytest.fixture(scope="module")
def nodes() -> Iterator[Any]:
    """A cluster of two nodes on this machine, with a worker each."""
    import ray
    from ray.cluster_utils import Cluster

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_worker_niceness", "0")  # else they stand still beside other work of the machine
        # Workers find `work` where the nodes look for modules.
        patch.setenv("PYTHONPATH", str(Path(__file__).parent), prepend=os.pathsep)
        found = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
        found.add_node(num_cpus=1)
        found.wait_for_nodes()
        yield found
        ray.shutdown()
        found.shutdown()


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two shards to train on, and one to evaluate on."""
    folder = tmp_path_factory.mktemp("data")
    make_data(folder)
    return folder
