"""Pictures, transforms, record files and estimators against Pillow, torchvision, lmdb and scikit-learn.

usage: tests/conformance/data_agreement.py [words of the names of checks to run]
Prints a line for each check and fails when one of them does. torchvision is used where it is installed.
"""

import pathlib
import sys
import tempfile

import numpy as np
from PIL import Image, ImageEnhance, ImageOps

import lamina as lm
from lamina import data

draw = np.random.default_rng(7)
FILTERS = {"nearest": Image.NEAREST, "bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC, "lanczos": Image.LANCZOS}


def photo(height, width):
    """Smooth shapes with noise on them: what both resizers and decoders find hard."""
    y, x = np.mgrid[:height, :width]
    waves = [128 + 90 * np.sin(x / (9 + 4 * c) + c) * np.cos(y / (7 + 3 * c)) for c in range(3)]
    return np.clip(np.stack(waves, -1) + draw.normal(0, 12, (height, width, 3)), 0, 255).astype(np.uint8)


def levels(ours, theirs):
    return int(np.abs(np.asarray(ours).astype(int) - np.asarray(theirs).astype(int)).max())


def check_resize():
    worst = dict.fromkeys(FILTERS, 0)
    for name, kind in FILTERS.items():
        for _ in range(30):
            h, w, out_h, out_w = draw.integers(1, 300, 4)
            picture = photo(h, w)
            ours = data.Resize((int(out_h), int(out_w)), name)(picture)
            theirs = Image.fromarray(picture).resize((out_w, out_h), kind)
            worst[name] = max(worst[name], levels(ours, theirs))
    # Filters with negative weights are cut off between the passes: they go in Pillow's order and integers.
    good = max(worst["nearest"], worst["bilinear"]) <= 1 and max(worst["bicubic"], worst["lanczos"]) == 0
    return good, f"120 pictures: grey levels from Pillow {worst}"


def check_jpeg():
    worst, count = 0, 0
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder) / "a"
        place.mkdir()
        for subsampling in (0, 1, 2):
            for progressive in (False, True):
                for height, width in ((64, 64), (97, 131), (300, 211)):
                    Image.fromarray(photo(height, width)).save(place / "x.jpg", quality=88, subsampling=subsampling,
                                                               progressive=progressive)
                    x, _ = data.ImageFolder(folder).get([0])
                    worst = max(worst, levels(np.asarray(x)[0].transpose(1, 2, 0), Image.open(place / "x.jpg")))
                    count += 1
        Image.fromarray(photo(50, 60)).convert("CMYK").save(place / "x.jpg", quality=95)
        x, _ = data.ImageFolder(folder).get([0])
        cmyk = levels(np.asarray(x)[0].transpose(1, 2, 0), Image.open(place / "x.jpg").convert("RGB"))
        Image.fromarray(photo(50, 60)).save(place / "y.webp", lossless=True)
        (place / "x.jpg").unlink()
        x, _ = data.ImageFolder(folder).get([0])
        webp = levels(np.asarray(x)[0].transpose(1, 2, 0), Image.open(place / "y.webp"))
    return max(worst, cmyk, webp) <= 2, f"{count} JPEG: within {worst} levels of Pillow; CMYK {cmyk}, WebP {webp}"


def check_crops():
    """Decoding only the window gives what decoding everything gives, to the bit where nothing is reduced."""
    worst = 0
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder) / "a"
        place.mkdir()
        for i, subsampling in enumerate((0, 1, 2)):
            Image.fromarray(photo(240, 320)).save(place / f"{i}.jpg", quality=90, subsampling=subsampling)
        for size in (33, 100, 201):
            crop = data.CenterCrop(size)
            x, _ = data.ImageFolder(folder, transforms=[crop]).get([0, 1, 2])
            for i in range(3):
                whole = crop(np.asarray(Image.open(place / f"{i}.jpg")))
                worst = max(worst, levels(np.asarray(x)[i].transpose(1, 2, 0), whole))
    return worst <= 2, f"9 windows: within {worst} levels of cropping Pillow's picture"


def check_flip_and_grey():
    picture = photo(41, 30)
    image = Image.fromarray(picture)
    good = np.array_equal(data.RandomHorizontalFlip(1.0)(picture), ImageOps.mirror(image))
    good &= np.array_equal(data.RandomVerticalFlip(1.0)(picture), ImageOps.flip(image))
    grey = levels(np.asarray(data.Grayscale()(picture))[..., 0], image.convert("L"))
    return good and grey == 0, f"mirrors equal: {good}; grey within {grey}"


def check_rotation():
    equal = []
    for degrees in (-170, -45, -10, 3, 30, 90, 141):
        picture = photo(60, 80)
        ours = np.asarray(data.RandomRotation((degrees, degrees))(picture))
        equal.append(np.mean(np.all(ours == np.asarray(Image.fromarray(picture).rotate(degrees)), -1)))
    return min(equal) > 0.99, f"7 angles: at least {100 * min(equal):.2f} % of the pixels equal Pillow's"


def check_jitter():
    worst = 0
    for seed in range(20):
        picture = photo(40, 50)
        for name, enhance in (("brightness", ImageEnhance.Brightness), ("contrast", ImageEnhance.Contrast),
                              ("saturation", ImageEnhance.Color)):
            ours = np.asarray(data.ColorJitter(**{name: 0.9})(picture, seed=seed)).astype(float)
            # The factor is not shown: the one that comes nearest stands for it.
            best = min(np.abs(ours - np.asarray(enhance(Image.fromarray(picture)).enhance(f))).max()
                       for f in np.linspace(0.1, 1.9, 1801))
            worst = max(worst, best)
    return worst <= 2, f"60 pictures: within {worst:.0f} levels of Pillow's enhancers"


def check_normalize():
    try:
        import torch
        from torchvision.transforms import v2
    except ImportError:
        return True, "torchvision is not installed"
    picture = photo(37, 29)
    ours = np.asarray(data.Normalize()(picture))
    steps = v2.Compose([v2.ToImage(), v2.ToDtype(torch.float32, scale=True),
                        v2.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])])
    worst = float(np.abs(ours - steps(Image.fromarray(picture)).numpy()).max())
    return worst < 1e-5, f"within {worst:.1e} of torchvision"


def check_rand_augment():
    """The operation that was drawn is not shown: of torchvision's, the one that comes nearest stands for it."""
    try:
        from torchvision.transforms import InterpolationMode, autoaugment
    except ImportError:
        return True, "torchvision is not installed"
    worst, seen = 0.0, set()
    for seed in range(120):
        picture, bin = photo(48, 60), 1 + seed % 30
        ours = np.asarray(data.RandAugment(num_ops=1, magnitude=bin)(picture, seed=seed)).astype(int)
        shares = {}
        for name, (sizes, signed) in autoaugment.RandAugment()._augmentation_space(31, (48, 60)).items():
            size = float(sizes[bin]) if sizes.ndim else 0.0
            for sign in (1, -1) if signed else (1,):
                theirs = autoaugment._apply_op(Image.fromarray(picture), name, sign * size, InterpolationMode.NEAREST, None)
                shares[name] = min(shares.get(name, 1), np.mean(np.abs(ours - np.asarray(theirs)).max(-1) > 1))
        nearest = min(shares, key=shares.get)
        seen.add(nearest)
        worst = max(worst, shares[nearest])
    return worst < 0.02 and len(seen) >= 13, f"{len(seen)} operations: {100 * worst:.2f} % of the pixels differ at most"


def check_lmdb():
    try:
        import lmdb
    except ImportError:
        return True, "lmdb is not installed"
    with tempfile.TemporaryDirectory() as folder:
        with lmdb.open(folder, map_size=1 << 26) as environment:
            wanted = {f"{i:08d}".encode(): draw.bytes(int(draw.integers(0, 9000))) for i in range(3000)}
            for part in range(3):
                with environment.begin(write=True) as transaction:
                    for key, value in list(wanted.items())[part::3]:
                        transaction.put(key, value)
        records = data.Records(folder)
        good = len(records) == len(wanted)
        good &= all(records[i] == wanted[records.key(i).encode()] for i in range(len(records)))
    return good, f"{len(wanted)} records of three transactions"


def check_estimators():
    try:
        from sklearn.utils.estimator_checks import check_estimator
    except ImportError:
        return True, "scikit-learn is not installed"
    import warnings

    from lamina.sklearn import LaminaClassifier, LaminaRegressor

    failed, count = [], 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for estimator in (LaminaClassifier(epochs=40), LaminaRegressor(epochs=40)):
            for result in check_estimator(estimator, on_fail=None):
                count += 1
                if result["status"] == "failed":
                    failed.append(f"{type(estimator).__name__} {result['check_name']}: {result['exception']!r:.200}")
    return not failed, "\n    ".join([f"{count} checks of scikit-learn", *failed])


def main(words):
    bad = 0
    for name, check in list(globals().items()):
        if name.startswith("check_") and (not words or any(word in name for word in words)):
            good, said = check()
            print(f"{'ok ' if good else 'BAD'} {name.removeprefix('check_'):16} {said}", flush=True)
            bad += not good
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
