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


def lower(net, mode):
    return ["int8"] if net.name == "resnet50" and mode == "infer" else []


def quantized(model, x):
    """By its own tools: batch norms folded, weights by channel, ranges from these examples."""
    import os
    import tempfile

    from onnxruntime import quantization as q
    from onnxruntime.quantization.shape_inference import quant_pre_process

    class Examples(q.CalibrationDataReader):
        left = [{"x": x}]

        def get_next(self):
            return self.left.pop() if self.left else None

    with tempfile.TemporaryDirectory() as folder:
        plain, folded, done = (os.path.join(folder, name) for name in ("plain.onnx", "folded.onnx", "int8.onnx"))
        with open(plain, "wb") as file:
            file.write(model)
        quant_pre_process(plain, folded, skip_symbolic_shape=True)
        q.quantize_static(folded, done, Examples(), quant_format=q.QuantFormat.QDQ, per_channel=True,
                          activation_type=q.QuantType.QUInt8, weight_type=q.QuantType.QInt8)
        with open(done, "rb") as file:
            return file.read()


def build(net, mode, variant, threads):
    options = ort.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    sessions = {}

    def put(x):
        if not sessions:  # the batch is known now
            model = onnx_file.Writer(net).bytes(len(x))
            model = quantized(model, x) if variant == "int8" else model
            sessions[0] = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        return (x,)
    return Built(put, lambda x: sessions[0].run(None, {"x": x})[0], lambda out: out)
