"""OpenCV's dnn module, with Caffe's files; inference only."""


import numpy as np

from .. import caffe_net
from ..recipe import Built, Later, recipe

RECIPE = recipe("OpenCV", "3.11", ["opencv-python-headless==4.12.0.88"], "cv2", "opencv")
PLACES = ["cv2.dnn"]
cv2 = Later("cv2")


def variants(net, mode):
    return ["dnn"] if mode != "train" and net.ops <= caffe_net.OPS and net.name not in ("adds", "digits") else []


def why_not(net, mode):
    return "runs nets that others have trained" if mode == "train" else None


def version():
    return "OpenCV " + cv2.__version__


def build(net, mode, variant, threads):
    cv2.setNumThreads(threads)
    nets = {}

    def put(x):
        if not nets:
            files = caffe_net.Files(net, len(x), False, "ceil_mode: false")
            text, weights = files.prototxt().encode(), files.caffemodel()
            nets[0] = cv2.dnn.readNetFromCaffe(np.frombuffer(text, np.uint8), np.frombuffer(weights, np.uint8))
        return (x,)

    def run(x):
        nets[0].setInput(x)
        return nets[0].forward()
    return Built(put, run, np.array)
