"""A few kills and damages of each kind; `make conformance-resume` has as many as the claim needs."""

import os
import resource
import signal

import never_lose
import numpy as np
import pytest

import lamina as lm
from lamina import data, nn


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = str(tmp_path_factory.mktemp("pictures"))
    data.export_digits(path, count=90)
    return path


@pytest.mark.parametrize("kind", never_lose.KINDS)
def test_killed_and_resumed_is_as_never_stopped(kind, folder, tmp_path):
    seed = never_lose.KINDS.index(kind)
    assert never_lose.resumes(kind, folder, tmp_path, np.random.default_rng(seed), 2) == 2


def test_a_killed_save_leaves_the_last_file_or_the_one_before(tmp_path):
    assert never_lose.kills_while_saving(str(tmp_path), np.random.default_rng(0), 25) == 25


def test_flipped_bits_are_found_and_their_tensor_is_named(tmp_path):
    assert never_lose.flips(str(tmp_path), np.random.default_rng(0), 200) == 200


def save_with_little_room(pipe, path, size):
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    model = nn.Linear(100, 100)
    with pytest.raises(lm.FileError) as caught:
        lm.save_model(model, (-1, 100), path)
    os.write(pipe, str(caught.value).encode())


@pytest.mark.parametrize("size", [0, 1, 9, 1000, 40000])
def test_a_disk_that_takes_no_more_leaves_the_file_as_it_was(size, tmp_path):
    path = tmp_path / "m.lamina"
    lm.save_model(nn.Linear(100, 100), (-1, 100), str(path))
    before = path.read_bytes()
    process, pipe = never_lose.child(save_with_little_room, str(path), size)
    message = pipe.read().decode()
    pipe.close()
    assert os.waitpid(process, 0)[1] == 0
    for word in ("cannot write", str(path), f"needed     {len(before)} bytes", "free ", "is unchanged"):
        assert word in message
    assert path.read_bytes() == before and os.listdir(tmp_path) == ["m.lamina"]
