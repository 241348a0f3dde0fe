"""OpenVINO on the processor, in float32 and for the least latency: inference only."""

from .. import onnx_file
from ..recipe import Built, Later, recipe

RECIPE = recipe("OpenVINO", "3.11", ["openvino==2026.4.1", "onnx==1.23.2", "nncf==3.4.0"], "openvino", "openvino")
PLACES = ["openvino"]
ov = Later("openvino")


def variants(net, mode):
    return [""] if onnx_file.supports(net, mode) else []


def why_not(net, mode):
    return "runs nets that others have trained" if mode == "train" else None


def version():
    return "OpenVINO " + ov.__version__.split("-")[0]


def lower(net, mode):
    if mode != "infer" or not onnx_file.supports(net, mode):
        return []
    return ["bf16"] + ["int8"] * (net.name == "resnet50")


def quantized(model, x):
    import nncf

    return nncf.quantize(model, nncf.Dataset([x], lambda x: {"x": x}))


def build(net, mode, variant, threads):
    settings = {"INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": 1, "PERFORMANCE_HINT": "LATENCY",
                "INFERENCE_PRECISION_HINT": "bf16" if variant == "bf16" else "f32"}
    requests = {}

    def put(x):
        if not requests:
            core = ov.Core()
            model = core.read_model(model=onnx_file.Writer(net).bytes(len(x)))
            model = quantized(model, x) if variant == "int8" else model
            requests[0] = core.compile_model(model, "CPU", settings).create_infer_request()
        return (x,)

    def run(x):
        requests[0].set_tensor("x", ov.Tensor(x))
        requests[0].infer()
        return requests[0].get_output_tensor().data
    return Built(put, run, lambda out: out.copy())
