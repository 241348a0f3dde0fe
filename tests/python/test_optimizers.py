"""Every optimizer over 20 steps against NumPy, written from the papers' formulas; against PyTorch where it is."""

import numpy as np
import pytest

import lamina as lm
from lamina import optim

STEPS = 20
START = {"matrix": np.linspace(-1.0, 1.0, 12).reshape(3, 4) + 0.05, "vector": np.array([0.5, -0.25, 2.0])}
SCALE = {"matrix": np.linspace(0.5, 2.0, 12).reshape(3, 4), "vector": np.array([1.0, 3.0, 0.2])}


def slope(name, p):
    """Of sum(scale * p^2 / 2 + cos(3 p) / 2)."""
    return SCALE[name] * p - 1.5 * np.sin(3 * p)


def ours(make):
    weights = {name: lm.nn.Parameter(lm.array(value, dtype=lm.float64)) for name, value in START.items()}
    optimizer = make(list(weights.values()))
    scale = {name: lm.array(value, dtype=lm.float64) for name, value in SCALE.items()}
    for _ in range(STEPS):
        loss = sum(lm.sum(scale[n] * w * w / 2 + lm.cos(w * 3) / 2) for n, w in weights.items())
        loss.backward()
        optimizer.step()
        yield {name: w.value.numpy() for name, w in weights.items()}


def nadam(p, lr, b1=0.9, b2=0.999, eps=1e-8, decay=4e-3):
    m = v = 0.0
    product = 1.0
    for t in range(1, STEPS + 1):
        g = yield p
        mu, following = (b1 * (1 - 0.5 * 0.96 ** (s * decay)) for s in (t, t + 1))
        product *= mu
        m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g * g
        mean = following * m / (1 - product * following) + (1 - mu) * g / (1 - product)
        p = p - lr * mean / (np.sqrt(v / (1 - b2**t)) + eps)
    yield p


def radam(p, lr, b1=0.9, b2=0.9, eps=1e-8):
    m = v = 0.0
    rho_inf = 2 / (1 - b2) - 1
    for t in range(1, STEPS + 1):
        g = yield p
        m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g * g
        rho = rho_inf - 2 * t * b2**t / (1 - b2**t)
        step = lr * m / (1 - b1**t)
        if rho > 5:
            r = np.sqrt((rho - 4) * (rho - 2) * rho_inf / ((rho_inf - 4) * (rho_inf - 2) * rho))
            step = step * r * np.sqrt(1 - b2**t) / (np.sqrt(v) + eps)
        p = p - step
    yield p


def adamax(p, lr, b1=0.9, b2=0.999, eps=1e-8):
    m = u = 0.0
    for t in range(1, STEPS + 1):
        g = yield p
        m, u = b1 * m + (1 - b1) * g, np.maximum(b2 * u, abs(g) + eps)
        p = p - lr / (1 - b1**t) * m / u
    yield p


def amsgrad(p, lr, b1=0.9, b2=0.5, eps=1e-8):
    m = v = most = 0.0
    for t in range(1, STEPS + 1):
        g = yield p
        m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g * g
        most = np.maximum(most, v)
        p = p - lr / (1 - b1**t) * m / (np.sqrt(most / (1 - b2**t)) + eps)
    yield p


def adagrad(p, lr, decay, first, eps=1e-10):
    s = first
    for t in range(1, STEPS + 1):
        g = yield p
        s = s + g * g
        p = p - lr / (1 + (t - 1) * decay) * g / (np.sqrt(s) + eps)
    yield p


def adadelta(p, lr, rho=0.9, eps=1e-6):
    v = u = 0.0
    for _ in range(STEPS):
        g = yield p
        v = rho * v + (1 - rho) * g * g
        d = np.sqrt(u + eps) / np.sqrt(v + eps) * g
        u = rho * u + (1 - rho) * d * d
        p = p - lr * d
    yield p


def rprop(p, lr, etas=(0.5, 1.2), sizes=(1e-6, 50)):
    size, before = np.full_like(p, lr), np.zeros_like(p)
    for _ in range(STEPS):
        g = yield p
        agree = g * before
        size = np.clip(np.where(agree > 0, size * etas[1], np.where(agree < 0, size * etas[0], size)), *sizes)
        before = np.where(agree < 0, 0, g)
        p = p - size * np.sign(before)
    yield p


def ftrl(p, lr, power, first, l1, l2, shrinkage, beta):
    n, z = first, 0.0
    for _ in range(STEPS):
        g = yield p
        after = n + g * g
        z = z + g + 2 * shrinkage * p - (after**-power - n**-power) / lr * p
        n = after
        p = (np.clip(z, -l1, l1) - z) / (n**-power / lr + 2 * (l2 + beta / (2 * lr)))
    yield p


def lamb(p, lr, decay, b1=0.9, b2=0.999, eps=1e-6):
    m = v = 0.0
    for t in range(1, STEPS + 1):
        g = yield p
        m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g * g
        r = m / (1 - b1**t) / (np.sqrt(v / (1 - b2**t)) + eps) + decay * p
        p = p - lr * np.linalg.norm(p) / np.linalg.norm(r) * r
    yield p


def lars(p, lr, momentum, decay, trust):
    b = 0.0
    for _ in range(STEPS):
        g = yield p
        local = trust * np.linalg.norm(p) / (np.linalg.norm(g) + decay * np.linalg.norm(p))
        b = momentum * b + lr * local * (g + decay * p)
        p = p - b
    yield p


def lion(p, lr, decay, b1=0.9, b2=0.99):
    m = 0.0
    for _ in range(STEPS):
        g = yield p
        p, m = p * (1 - lr * decay) - lr * np.sign(b1 * m + (1 - b1) * g), b2 * m + (1 - b2) * g
    yield p


def adafactor(p, lr, decay, d=1.0, power=-0.8, eps=(1.1920928955078125e-07, 1e-3)):
    rms = lambda x: np.sqrt(np.mean(x * x))
    rows = columns = v = 0.0
    for t in range(1, STEPS + 1):
        g = yield p
        keep, alpha = 1 - t**power, max(eps[1], rms(p)) * min(lr, t**-0.5)
        p = p * (1 - lr * decay)
        if p.ndim == 1:
            v = variance = keep * v + (1 - keep) * g * g
        else:
            rows = keep * rows + (1 - keep) * (g * g).mean(axis=1, keepdims=True)
            columns = keep * columns + (1 - keep) * (g * g).mean(axis=0, keepdims=True)
            variance = rows * columns / max(rows.mean(), eps[0])
        u = g / np.sqrt(np.maximum(variance, eps[0] ** 2))
        p = p - alpha / max(1.0, rms(u) / d) * u
    yield p


def lookahead(p, lr, k, alpha):
    slow = p
    for t in range(1, STEPS + 1):
        g = yield p
        p = p - lr * g
        if t % k == 0:
            p = slow = slow + alpha * (p - slow)
    yield p


CASES = {
    "NAdam": (lambda w: optim.NAdam(w, lr=0.05), lambda p: nadam(p, 0.05)),
    "RAdam": (lambda w: optim.RAdam(w, lr=0.05, betas=(0.9, 0.9)), lambda p: radam(p, 0.05)),
    "Adamax": (lambda w: optim.Adamax(w, lr=0.05), lambda p: adamax(p, 0.05)),
    "AMSGrad": (lambda w: optim.Adam(w, lr=0.05, betas=(0.9, 0.5), amsgrad=True), lambda p: amsgrad(p, 0.05)),
    "Adagrad": (lambda w: optim.Adagrad(w, lr=0.1, lr_decay=0.1, initial_accumulator_value=0.2),
                lambda p: adagrad(p, 0.1, 0.1, 0.2)),
    "Adadelta": (lambda w: optim.Adadelta(w), lambda p: adadelta(p, 1.0)),
    "Rprop": (lambda w: optim.Rprop(w, lr=0.05), lambda p: rprop(p, 0.05)),
    "Ftrl": (lambda w: optim.Ftrl(w, lr=0.1, l1=0.05, l2=0.01, l2_shrinkage=0.02, beta=0.1),
             lambda p: ftrl(p, 0.1, -0.5, 0.1, 0.05, 0.01, 0.02, 0.1)),
    "LAMB": (lambda w: optim.LAMB(w, lr=0.01, weight_decay=0.1), lambda p: lamb(p, 0.01, 0.1)),
    "LARS": (lambda w: optim.LARS(w, lr=0.5, weight_decay=0.1, trust_coefficient=0.02),
             lambda p: lars(p, 0.5, 0.9, 0.1, 0.02)),
    "Lion": (lambda w: optim.Lion(w, lr=0.01, weight_decay=0.1), lambda p: lion(p, 0.01, 0.1)),
    "Adafactor": (lambda w: optim.Adafactor(w, lr=0.05, weight_decay=0.1), lambda p: adafactor(p, 0.05, 0.1)),
    "Lookahead": (lambda w: optim.Lookahead(optim.SGD(w, lr=0.05), k=3, alpha=0.4), lambda p: lookahead(p, 0.05, 3, 0.4)),
}


@pytest.mark.parametrize("name", CASES)
def test_equals_the_formula(name):
    make, formula = CASES[name]
    runs = {n: formula(p) for n, p in START.items()}
    wanted = {n: next(run) for n, run in runs.items()}
    for t, got in enumerate(ours(make)):
        wanted = {n: runs[n].send(slope(n, p)) for n, p in wanted.items()}
        for n in wanted:
            np.testing.assert_allclose(got[n], wanted[n], rtol=1e-9, atol=1e-9, err_msg=f"step {t + 1}, {n}")


def torch_cases(t):
    o = t.optim
    return {
        "SGD": (lambda w: optim.SGD(w, lr=0.1, momentum=0.9, dampening=0.1, weight_decay=0.01),
                lambda w: o.SGD(w, lr=0.1, momentum=0.9, dampening=0.1, weight_decay=0.01)),
        "Nesterov": (lambda w: optim.SGD(w, lr=0.1, momentum=0.9, nesterov=True),
                     lambda w: o.SGD(w, lr=0.1, momentum=0.9, nesterov=True)),
        "Adam": (lambda w: optim.Adam(w, lr=0.1, weight_decay=0.1), lambda w: o.Adam(w, lr=0.1, weight_decay=0.1)),
        "AdamW": (lambda w: optim.AdamW(w, lr=0.1), lambda w: o.AdamW(w, lr=0.1)),
        "AMSGrad": (lambda w: optim.Adam(w, lr=0.1, betas=(0.9, 0.6), amsgrad=True),
                    lambda w: o.Adam(w, lr=0.1, betas=(0.9, 0.6), amsgrad=True)),
        "NAdam": (lambda w: optim.NAdam(w, weight_decay=0.1), lambda w: o.NAdam(w, weight_decay=0.1)),
        "RAdam": (lambda w: optim.RAdam(w, lr=0.1, weight_decay=0.1), lambda w: o.RAdam(w, lr=0.1, weight_decay=0.1)),
        "Adamax": (lambda w: optim.Adamax(w, weight_decay=0.1), lambda w: o.Adamax(w, weight_decay=0.1)),
        "Adagrad": (lambda w: optim.Adagrad(w, lr_decay=0.1, initial_accumulator_value=0.1),
                    lambda w: o.Adagrad(w, lr_decay=0.1, initial_accumulator_value=0.1)),
        "Adadelta": (lambda w: optim.Adadelta(w, weight_decay=0.1), lambda w: o.Adadelta(w, weight_decay=0.1)),
        "RMSprop": (lambda w: optim.RMSprop(w, momentum=0.5, centered=True),
                    lambda w: o.RMSprop(w, momentum=0.5, centered=True)),
        "Rprop": (lambda w: optim.Rprop(w), lambda w: o.Rprop(w)),
        "Adafactor": (lambda w: optim.Adafactor(w, weight_decay=0.1, eps=(2.220446049250313e-16, 1e-3)),
                      lambda w: o.Adafactor(w, weight_decay=0.1)),
    }


@pytest.mark.parametrize("name", ["SGD", "Nesterov", "Adam", "AdamW", "AMSGrad", "NAdam", "RAdam", "Adamax", "Adagrad",
                                  "Adadelta", "RMSprop", "Rprop", "Adafactor"])
def test_equals_pytorch(name):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    make, theirs = torch_cases(torch)[name]
    weights = {n: torch.tensor(v, dtype=torch.float64, requires_grad=True) for n, v in START.items()}
    optimizer = theirs(list(weights.values()))
    for t, got in enumerate(ours(make)):
        optimizer.zero_grad()
        sum((torch.tensor(SCALE[n]) * w * w / 2 + torch.cos(w * 3) / 2).sum() for n, w in weights.items()).backward()
        optimizer.step()
        for n, w in weights.items():
            np.testing.assert_allclose(got[n], w.detach().numpy(), rtol=1e-6, atol=1e-9, err_msg=f"step {t + 1}, {n}")


def rosenbrock(x):
    return (1 - x[0]) ** 2 + 100 * (x[1] - x[0] * x[0]) ** 2


@pytest.mark.parametrize("line_search", [False, True])
def test_lbfgs_equals_pytorch(line_search):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    w = lm.nn.Parameter(lm.array([-1.2, 1.0], dtype=lm.float64))
    mine = optim.LBFGS([w], lr=1.0 if line_search else 1e-3, max_iter=7, history_size=4, line_search=line_search)
    v = torch.tensor([-1.2, 1.0], dtype=torch.float64, requires_grad=True)
    theirs = torch.optim.LBFGS([v], lr=1.0 if line_search else 1e-3, max_iter=7, history_size=4,
                               line_search_fn="strong_wolfe" if line_search else None)

    def closure():
        theirs.zero_grad()
        loss = rosenbrock(v)
        loss.backward()
        return loss

    for _ in range(6):
        before, wanted = mine.step(lambda: rosenbrock(w)), theirs.step(closure)
        assert before == pytest.approx(float(wanted.detach()), rel=1e-6, abs=1e-12)
        np.testing.assert_allclose(w.value.numpy(), v.detach().numpy(), rtol=1e-6, atol=1e-9)


def test_lbfgs_finds_the_minimum():
    w = lm.nn.Parameter(lm.array([-1.2, 1.0], dtype=lm.float64))
    optimizer = optim.LBFGS([w], max_iter=100, line_search=True)
    optimizer.step(lambda: rosenbrock(w))
    found = w.value.numpy()
    np.testing.assert_allclose(found, [1, 1], atol=1e-4)
    with pytest.raises(ZeroDivisionError):
        optimizer.step(lambda: 1 / 0)
    np.testing.assert_array_equal(w.value.numpy(), found)
    lm.sum(w).backward()
    with pytest.raises(lm.StateError, match="the function that it minimises"):
        optim.Optimizer.step(optimizer)


def test_groups_have_rates_of_their_own():
    a, b, c = (lm.nn.Parameter(lm.array([1.0])) for _ in range(3))
    optimizer = optim.SGD([a], lr=0.5)
    optimizer.add_group([b], lr_scale=0.5)
    optimizer.add_group([c], lr=0.125, weight_decay=1.0)
    lm.sum(a + b + c).backward()
    optimizer.step()
    assert (a.value.item(), b.value.item(), c.value.item()) == (0.5, 0.75, 0.75)
    with pytest.raises(lm.StateError, match="two groups"):
        optimizer.add_group([a])
    with pytest.raises(lm.ValueError):
        optimizer.add_group([lm.nn.Parameter(lm.ones(1))], lr_scale=-1.0)


@pytest.mark.parametrize("name", CASES)
def test_goes_on_from_its_state(name):
    make, _ = CASES[name]
    whole = list(ours(make))
    weights = [lm.nn.Parameter(lm.array(value, dtype=lm.float64)) for value in START.values()]
    optimizer = make(weights)
    scale = [lm.array(value, dtype=lm.float64) for value in SCALE.values()]
    for t in range(STEPS):
        if t == 7:
            state = optimizer.state_dict()
            optimizer = make(weights)
            optimizer.load_state_dict(state)
        sum(lm.sum(s * w * w / 2 + lm.cos(w * 3) / 2) for s, w in zip(scale, weights)).backward()
        optimizer.step()
    for w, wanted in zip(weights, whole[-1].values()):
        np.testing.assert_array_equal(w.value.numpy(), wanted)


@pytest.mark.parametrize("wrong", [
    lambda: optim.NAdam(betas=(1.0, 0.9)), lambda: optim.RAdam(betas=(0.9, float("nan"))),
    lambda: optim.Adadelta(rho=1.5), lambda: optim.Lookahead(optim.SGD(), k=0), lambda: optim.Ftrl(l1=-1.0),
    lambda: optim.LBFGS(max_iter=0), lambda: optim.Adagrad(lr_decay=-1.0), lambda: optim.EMA([], decay=0.5),
    lambda: optim.MultiStepSchedule(0.1, milestones=[4, 2]), lambda: optim.PiecewiseSchedule([3], [0.1]),
    lambda: optim.CosineRestartsSchedule(0.1, period=0), lambda: optim.ChainedSchedule([0.1, 0.2], [])])
def test_numbers_out_of_range_are_refused(wrong):
    with pytest.raises((lm.ValueError, lm.StateError)):
        wrong()


def test_schedules_equal_pytorch():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    s = torch.optim.lr_scheduler
    pairs = [
        (optim.StepSchedule(0.1, every=3, factor=0.5), lambda o: s.StepLR(o, 3, 0.5)),
        (optim.MultiStepSchedule(0.1, milestones=[2, 5]), lambda o: s.MultiStepLR(o, [2, 5])),
        (optim.ExponentialSchedule(0.1, factor=0.9), lambda o: s.ExponentialLR(o, 0.9)),
        (optim.CosineSchedule(0.1, steps=15, end=0.01), lambda o: s.CosineAnnealingLR(o, 15, 0.01)),
        (optim.CosineRestartsSchedule(0.1, period=3, multiply=2), lambda o: s.CosineAnnealingWarmRestarts(o, 3, 2)),
        (optim.PolynomialSchedule(0.1, steps=15, power=2.0), lambda o: s.PolynomialLR(o, 15, 2.0)),
        (optim.OneCycleSchedule(0.1, steps=16), lambda o: s.OneCycleLR(o, 0.1, 16)),
        (optim.ChainedSchedule([optim.WarmupSchedule(0.1, warmup=4), optim.ExponentialSchedule(0.1, factor=0.9)], [4]),
         lambda o: s.SequentialLR(o, [s.LinearLR(o, 0.25, 1.0, 3), s.ExponentialLR(o, 0.9)], [4])),
    ]
    for mine, theirs in pairs:
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
        schedule = theirs(optimizer)
        for step in range(15):
            assert mine(step) == pytest.approx(optimizer.param_groups[0]["lr"], rel=1e-6, abs=1e-12), (mine, step)
            optimizer.step()
            schedule.step()


def test_averages_equal_numpy():
    rng = np.random.default_rng(0)
    shown = rng.normal(size=(5, 3))
    w = lm.nn.Parameter(lm.array(shown[0], dtype=lm.float64))
    mean, moving = optim.SWA([w]), optim.EMA([w], decay=0.8)
    wanted = shown[0]
    for i, value in enumerate(shown):
        w.value = lm.array(value, dtype=lm.float64)
        mean.update()
        moving.update()
        wanted = value if i == 0 else 0.8 * wanted + 0.2 * value
    np.testing.assert_allclose(mean.values[0].numpy(), shown.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(moving.values[0].numpy(), wanted, rtol=1e-12)
    mean.swap()
    np.testing.assert_allclose(w.value.numpy(), shown.mean(axis=0), rtol=1e-12)
    mean.swap()
    np.testing.assert_array_equal(w.value.numpy(), shown[-1])


def test_rates_below_zero_are_refused():
    with pytest.raises(ValueError, match="lr to be 0 or more, got -1"):
        optim.SGD(lr=-1)
    with pytest.raises(ValueError, match="lr"):
        optim.Adam(lr=float("nan"))
