"""Several Python threads record and evaluate at once; the GIL is free while programs run."""

import threading

import numpy as np

import lamina as lm


def run(count, work):
    errors = []

    def guarded(number):
        try:
            work(number)
        except BaseException as error:  # noqa: B902
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors, errors


def test_independent_work():
    def work(number):
        for repeat in range(30):
            x = lm.array(np.full(100, number, np.float32))
            for _ in range(10):
                x = x * 1 + 1
            assert x.sum().item() == 100 * (number + 10)

    run(4, work)


def test_one_value_asked_for_by_all():
    for _ in range(20):
        x = lm.sum(lm.exp(lm.zeros((50, 50))) * 2)
        run(4, lambda number: x.item() == 5000 or 1 / 0)


def test_shared_memory_released_on_any_thread():
    source = np.arange(1000, dtype=np.float32)

    def work(number):
        for _ in range(50):
            x = lm.asarray(source, copy=False)
            assert (x * 2).sum().item() == 999000

    run(4, work)


def test_no_grad_is_of_one_thread():
    inside, seen = threading.Event(), []
    weight = lm.nn.Parameter(lm.ones(2))

    def work():
        inside.wait(10)
        seen.append((weight * 2).requires_grad)

    thread = threading.Thread(target=work)
    thread.start()
    with lm.no_grad():
        inside.set()
        thread.join()
        assert not (weight * 2).requires_grad
    assert seen == [True]
