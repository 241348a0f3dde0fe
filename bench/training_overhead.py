"""What fit costs over a loop written by hand, what watching costs, and what reading JPEG files costs.

usage: bench/training_overhead.py [--rounds 7] [--only fit,watch,files] [--side 224] [--batch 8] [--folder PICTURES]

    fit     a perceptron (256-512-512-10, batch 128) by fit with a metric, and by the plain loop that sums its loss and
            right answers
    watch   the same fit with Watch (norms of all gradients and weights at the end of each epoch)
    files   DenseNet-121, 224 x 224 (--side), batch 8 (--batch): JPEG files decoded, cropped, mirrored and normalised by the loader's
            threads, against the same pictures in memory

Each row is the median of ratios of runs that follow each other.
"""

import argparse
import pathlib
import statistics
import tempfile
import time

import numpy as np

import lamina as lm
from lamina import data, models, nn, optim, train

PICTURES = 48


def perceptron():
    lm.seed(0)
    return nn.Sequential(nn.Linear(256, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10))


def examples():
    x = np.random.default_rng(0).normal(size=(128 * 40, 256)).astype(np.float32)
    return data.ArrayDataset(x, np.random.default_rng(1).integers(0, 10, len(x)))


def by_fit(dataset, callbacks=()):
    trainer = lm.Trainer(perceptron()).compile(optim.Adam(lr=1e-3), "cross_entropy", ["accuracy"])
    fit = lambda: trainer.fit(dataset, epochs=3, batch_size=128, verbose=0, callbacks=list(callbacks))
    fit()
    return fit


def by_hand(dataset):
    model = perceptron()
    optimizer = optim.Adam(model.parameters(), lr=1e-3)

    def loop():
        loader = data.DataLoader(dataset, batch_size=128, shuffle=True, seed=0)
        for _ in range(3):
            total = right = 0.0
            for x, y in loader:
                prediction = model(x)
                loss = nn.cross_entropy(prediction, y)
                right += lm.sum(lm.argmax(prediction, axis=-1) == y)
                del prediction
                loss.backward()
                optimizer.step()
                total += loss
            float(total.item()), float(right.item())

    loop()
    return loop


def pictures(folder):
    """The folder, once as files and once as what the loader makes of them."""
    from PIL import Image

    draw = np.random.default_rng(0)
    for i in range(PICTURES):
        place = pathlib.Path(folder) / str(i % 10)
        place.mkdir(exist_ok=True)
        y, x = np.mgrid[:375, :500]
        waves = [128 + 90 * np.sin(x / draw.uniform(5, 60)) * np.cos(y / draw.uniform(5, 60)) for _ in range(3)]
        Image.fromarray(np.clip(np.stack(waves, -1) + draw.normal(0, 8, (375, 500, 1)), 0, 255).astype(np.uint8)).save(
            place / f"{i}.jpg", quality=90)


def densenet(source, batch):
    lm.seed(0)
    trainer = lm.Trainer(models.densenet121(num_classes=10)).compile(optim.SGD(lr=0.01, momentum=0.9), "cross_entropy")
    fit = lambda: trainer.fit(source, epochs=1, batch_size=batch, verbose=0)
    fit()
    return fit


def ratio(one, other, rounds):
    found = []
    for _ in range(rounds):
        times = []
        for work in (one, other):
            begun = time.perf_counter()
            work()
            times.append(time.perf_counter() - begun)
        found.append(times[0] / times[1])
    return statistics.median(found), times


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=7)
    options.add_argument("--only", default="fit,watch,files")
    options.add_argument("--side", type=int, default=224)
    options.add_argument("--batch", type=int, default=8)
    options.add_argument("--folder", help="JPEG files that are there already, in a folder for each class")
    given = options.parse_args()
    asked, dataset = given.only.split(","), examples()
    if "fit" in asked:
        share, times = ratio(by_fit(dataset), by_hand(dataset), given.rounds)
        print(f"fit / loop by hand        {share:.3f}   {1e3 * times[1]:.0f} ms for 120 steps by hand", flush=True)
    if "watch" in asked:
        share, _ = ratio(by_fit(dataset, [train.Watch()]), by_fit(dataset), given.rounds)
        print(f"fit with Watch / without  {share:.3f}", flush=True)
    if "files" in asked:
        with tempfile.TemporaryDirectory() as temporary:
            if not given.folder:
                pictures(temporary)
            files = data.ImageFolder(given.folder or temporary, transforms=[
                data.RandomResizedCrop(given.side), data.RandomHorizontalFlip(), data.Normalize()])
            count = min(len(files), PICTURES)
            memory = data.ArrayDataset(*files.get(list(range(count))))
            files = train.Subset(files, list(range(count)))
            share, times = ratio(densenet(files, given.batch), densenet(memory, given.batch), max(3, given.rounds // 2))
            print(f"DenseNet-121 files / memory {share:.3f}   {times[1] / (count / given.batch):.3f} s a step from memory", flush=True)


if __name__ == "__main__":
    main()
