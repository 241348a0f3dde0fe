"""The pictures of table 1: the survey's X-rays cannot be had, so PNG files of their size are made, once."""

import os
import struct
import zlib

import numpy as np

SIZE, CROP, COUNT, LABELS = 264, 224, 256, 14
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def smooth(draw):
    """Soft clouds of grey with a little noise: as compressible as an X-ray, about 100 kB."""
    coarse = draw.random_sample((9, 9))
    at = np.linspace(0, 7.999, SIZE)
    low, part = at.astype(int), at - at.astype(int)
    rows = coarse[low] * (1 - part)[:, None] + coarse[low + 1] * part[:, None]
    picture = rows[:, low] * (1 - part) + rows[:, low + 1] * part
    noisy = 225 * picture + 12 * draw.standard_normal((SIZE, SIZE))
    return np.repeat(np.clip(noisy, 0, 255).astype(np.uint8)[:, :, None], 3, 2)


def png(picture):
    """The bytes of an 8-bit RGB file."""
    def chunk(kind, content):
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))
    height, width, _ = picture.shape
    lines = b"".join(b"\0" + row.tobytes() for row in picture)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(lines, 6)) + chunk(b"IEND", b"")


def make(folder):
    """The folder of COUNT files, made now if it is not whole."""
    folder = os.path.join(str(folder), "images-%d" % COUNT, "all")
    if os.path.isdir(folder) and len(os.listdir(folder)) == COUNT:
        return folder
    os.makedirs(folder, exist_ok=True)
    draw = np.random.RandomState(0)
    for i in range(COUNT):
        path, picture = os.path.join(folder, "%04d.png" % i), smooth(draw)
        if not os.path.exists(path):
            with open(path + ".part", "wb") as file:
                file.write(png(picture))
            os.replace(path + ".part", path)
    return folder


def files():
    folder = os.environ["LAMINA_SURVEY_IMAGES"]
    return [os.path.join(folder, name) for name in sorted(os.listdir(folder)) if name.endswith(".png")]


def labels():
    return (np.random.RandomState(1).random_sample((COUNT, LABELS)) < 0.1).astype(np.float32)


def augment(picture, draw):
    """A random crop, maybe mirrored, normalised: (H, W, 3) bytes to (3, 224, 224) floats."""
    top, left = draw.randint(SIZE - CROP + 1, size=2)
    picture = picture[top:top + CROP, left:left + CROP]
    if draw.randint(2):
        picture = picture[:, ::-1]
    floats = (picture.astype(np.float32) / 255 - np.float32(MEAN)) / np.float32(DEVIATION)
    return np.ascontiguousarray(floats.transpose(2, 0, 1))
