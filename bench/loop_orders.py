"""What it costs when, and how often, a training loop reads its loss: microseconds a step, in each
order, beside the best.

    python bench/loop_orders.py [--rounds 7] [--threads 2] [--net perceptron|convolution]

Rounds alternate between the orders. "before" reads the loss before backward: two programs in the place
of one; all others are expected within 10 % of the best. A GAN, and two losses of one graph, are other work: their best is the same loop with its losses read at the end.
"""

import argparse
import statistics
import time

BATCH = 32


def batches_for(net):
    import lamina as lm
    from lamina import data

    shape = (64,) if net == "perceptron" else (1, 8, 8)
    loader = data.DataLoader(data.digits(), batch_size=BATCH, drop_last=True)
    batches = [(lm.reshape(x, (BATCH, *shape)), y) for x, y in loader]
    lm.eval(*[x for x, _ in batches])
    return batches


def model_for(net):
    import lamina as lm
    from lamina import nn

    lm.seed(0)
    if net == "perceptron":
        return nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 10))
    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(512, 10))


def plain_order(net, batches, before=None, after=None):
    """An epoch of the plain loop; `before` and `after` get the step's number and its loss."""
    from lamina import nn, optim

    model = model_for(net)
    optimizer = optim.Adam(model.parameters(), lr=1e-3)

    def epoch():
        losses = []
        for k, (x, y) in enumerate(batches):
            loss = nn.cross_entropy(model(x), y)
            if before:
                before(k, loss)
            loss.backward()
            optimizer.step()
            if after:
                after(k, loss)
            losses.append(loss)
        return losses[-1].item()

    return epoch


def two_losses(net, batches, read):
    from lamina import nn, optim
    import lamina as lm

    model = model_for(net)
    optimizer = optim.Adam(model.parameters(), lr=1e-3)

    def epoch():
        for x, y in batches:
            logits = model(x)
            loss = nn.cross_entropy(logits, y)
            size = lm.mean(lm.square(logits)) * 0.01
            del logits
            loss.backward(retain_graph=True)
            size.backward()
            optimizer.step()
            if read:
                loss.item(), size.item()
        return loss.item()

    return epoch


def adversaries(net, batches, read):
    from lamina import nn, optim
    import lamina as lm

    lm.seed(0)
    generator = nn.Sequential(nn.Linear(16, 128), nn.ReLU(), nn.Linear(128, 64))
    judge = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 1))
    of_generator = optim.Adam(generator.parameters(), lr=1e-3)
    of_judge = optim.Adam(judge.parameters(), lr=1e-3)

    def epoch():
        for x, _ in batches:
            fake = generator(lm.random.normal((BATCH, 16)))
            real = lm.reshape(x, (BATCH, 64))
            judged = lm.mean(lm.softplus(-judge(real)))
            judged = judged + lm.mean(lm.softplus(judge(lm.stop_gradient(fake))))
            judged.backward()
            of_judge.step()
            if read:
                judged.item()
            fooled = lm.mean(lm.softplus(-judge(fake)))
            fooled.backward()
            of_generator.step()
            judge.zero_grad()
            if read:
                fooled.item()
        return fooled.item()

    return epoch


def orders(net, batches):
    def read(k, loss):
        loss.item()

    def tenth(k, loss):
        if k % 10 == 0:
            loss.item()

    return {
        "plain": {
            "never": plain_order(net, batches),
            "after": plain_order(net, batches, after=read),
            "every 10th, after": plain_order(net, batches, after=tenth),
            "every 10th, before": plain_order(net, batches, before=tenth),
            "before": plain_order(net, batches, before=read),
        },
        "two losses": {
            "never": two_losses(net, batches, read=False),
            "after": two_losses(net, batches, read=True),
        },
        "GAN": {
            "never": adversaries(net, batches, read=False),
            "after": adversaries(net, batches, read=True),
        },
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--net", choices=("perceptron", "convolution"), default="perceptron")
    a = parser.parse_args()

    import lamina as lm

    lm.set_num_threads(a.threads)
    batches = batches_for(a.net)
    for group, epochs in orders(a.net, batches).items():
        times = {name: [] for name in epochs}
        for epoch in epochs.values():  # the first programs, and the compiled ones
            epoch()
            epoch()
        for _ in range(a.rounds):
            for name, epoch in epochs.items():
                start = time.perf_counter()
                epoch()
                times[name].append((time.perf_counter() - start) / len(batches) * 1e6)
        medians = {name: statistics.median(t) for name, t in times.items()}
        best = min(medians.values())
        print(group)
        for name, t in medians.items():
            print(f"  {name:20} {t:8.1f} us a step, {t / best:5.2f}x the best")


if __name__ == "__main__":
    main()
