"""ONNX Runtime on the processor: inference only."""

from .. import onnx_file
from ..recipe import Built, Later, recipe

RECIPE = recipe("ONNX Runtime", "3.11", ["onnxruntime==1.32.0", "onnx==1.23.2"], "onnxruntime", "onnxruntime")
PLACES = ["onnxruntime"]
ort = Later("onnxruntime")


def variants(net, mode):
    return [""] if onnx_file.supports(net, mode) else []


def why_not(net, mode):
    return "runs nets that others have trained" if mode == "train" else None


def version():
    return "ONNX Runtime " + ort.__version__


def build(net, mode, variant, threads):
    options = ort.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    sessions = {}

    def put(x):
        if not sessions:  # the batch is known now
            model = onnx_file.Writer(net).bytes(len(x))
            sessions[0] = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        return (x,)
    return Built(put, lambda x: sessions[0].run(None, {"x": x})[0], lambda out: out)
