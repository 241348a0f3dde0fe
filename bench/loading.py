"""Images a second of loaders: JPEG files decoded, randomly cropped and resized, mirrored, normalised, batched.

usage: bench/loading.py [--images 1500] [--workers 2] [--only lamina,torch,tensorflow] [--picture 500x375] [--size 224]
                        [--torch-python PYTHON] [--tensorflow-python PYTHON]

Pictures of 500 x 375 pixels (ImageNet's usual size), or of --picture, are made in a temporary folder, and crops of them
become --size pixels on each side. Each system runs as its own
users write it: torchvision's v2 transforms in a PyTorch DataLoader with worker processes, tf.data with
decode_and_crop_jpeg, and data.ImageFolder. The best of three epochs counts, the first being for warming up.
A system whose packages are missing is left out.
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile
import time

BATCH = 64
MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]


def make_pictures(folder, count, width, height):
    import numpy as np
    from PIL import Image

    draw = np.random.default_rng(0)
    for i in range(count):
        place = pathlib.Path(folder) / str(i % 10)
        place.mkdir(exist_ok=True)
        y, x = np.mgrid[:height, :width]
        a, b, c = draw.uniform(5, 60, 3)
        waves = [128 + 70 * np.sin(x / a + k) * np.cos(y / b) + 30 * np.sin((x + y) / c * (k + 1)) for k in range(3)]
        noise = draw.normal(0, 10, (height, width, 1))
        Image.fromarray(np.clip(np.stack(waves, -1) + noise, 0, 255).astype(np.uint8)).save(place / f"{i}.jpg", quality=90)


def best_rate(epoch):
    rates = []
    for _ in range(4):
        begun = time.perf_counter()
        count = epoch()
        rates.append(count / (time.perf_counter() - begun))
    return max(rates[1:])


def lamina(folder, workers, side, gap=2.0):
    from lamina import data

    images = data.ImageFolder(folder, reducing_gap=gap, transforms=[
        data.RandomResizedCrop(side), data.RandomHorizontalFlip(), data.Normalize(MEAN, STD)])
    loader = data.DataLoader(images, batch_size=BATCH, shuffle=True, num_workers=workers)
    return best_rate(lambda: sum(len(y) for x, y in loader))


def lamina_whole(folder, workers, side):
    return lamina(folder, workers, side, gap=0.0)


def torch(folder, workers, side):
    import torch as pytorch
    from torchvision import datasets
    from torchvision.transforms import v2

    steps = v2.Compose([v2.RandomResizedCrop(side, antialias=True), v2.RandomHorizontalFlip(), v2.ToImage(),
                        v2.ToDtype(pytorch.float32, scale=True), v2.Normalize(MEAN, STD)])
    loader = pytorch.utils.data.DataLoader(datasets.ImageFolder(folder, steps), batch_size=BATCH, shuffle=True,
                                           num_workers=workers, persistent_workers=True)
    return best_rate(lambda: sum(len(y) for x, y in loader))


def tensorflow(folder, workers, side):
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(workers)
    tf.config.threading.set_inter_op_parallelism_threads(workers)
    files = sorted(map(str, pathlib.Path(folder).rglob("*.jpg")))
    labels = [int(pathlib.Path(f).parent.name) for f in files]

    def load(path, label):
        data = tf.io.read_file(path)
        shape = tf.image.extract_jpeg_shape(data)
        box = tf.zeros((1, 0, 4))
        begin, size, _ = tf.image.sample_distorted_bounding_box(shape, box, area_range=(0.08, 1.0),
                                                                use_image_if_no_bounding_boxes=True)
        window = tf.stack([begin[0], begin[1], size[0], size[1]])
        x = tf.image.resize(tf.image.decode_and_crop_jpeg(data, window, channels=3), (side, side), antialias=True)
        x = tf.image.random_flip_left_right(x)
        return (x / 255 - MEAN) / STD, label

    images = tf.data.Dataset.from_tensor_slices((files, labels)).shuffle(len(files)).map(
        load, num_parallel_calls=workers).batch(BATCH).prefetch(2)
    return best_rate(lambda: sum(len(y) for x, y in images))


SYSTEMS = {"lamina": lamina, "lamina_whole": lamina_whole, "torch": torch, "tensorflow": tensorflow}


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--images", type=int, default=1500)
    options.add_argument("--workers", type=int, default=2)
    options.add_argument("--only", default=",".join(SYSTEMS))
    options.add_argument("--folder", help="pictures that are there already, in folders 0, 1, ..")
    options.add_argument("--picture", default="500x375", help="width x height of the files")
    options.add_argument("--size", type=int, default=224, help="of the side of what comes out")
    options.add_argument("--torch-python", default=sys.executable)
    options.add_argument("--tensorflow-python", default=sys.executable)
    options.add_argument("--system", help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.system:  # a process of its own for each: their threads do not meet
        print(f"{SYSTEMS[given.system](given.folder, given.workers, given.size):.1f}")
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or temporary
        if not given.folder:
            make_pictures(folder, given.images, *map(int, given.picture.split("x")))
        for name in given.only.split(","):
            python = {"torch": given.torch_python, "tensorflow": given.tensorflow_python}.get(name, sys.executable)
            done = subprocess.run([python, __file__, "--system", name, "--folder", folder, "--workers", str(given.workers),
                                   "--size", str(given.size)], capture_output=True, text=True)
            said = done.stdout.strip() + " images/s" if done.returncode == 0 else done.stderr.strip().splitlines()[-1]
            print(f"{name:14} {said}", flush=True)


if __name__ == "__main__":
    main()
