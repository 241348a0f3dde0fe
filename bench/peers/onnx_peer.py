"""Readers of ONNX files: variants onnxruntime and openvino. $LAMINA_BENCH_ONNX is the folder of the files."""

import os

import problem
import worker


def build(work, variant, threads):
    path = os.path.join(os.environ["LAMINA_BENCH_ONNX"], work.name + ".onnx")
    x = problem.data(work)[0]
    if variant == "onnxruntime":
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        return worker.Built(lambda: session.run(None, {"x": x}), "ONNX Runtime " + onnxruntime.__version__, None)
    import openvino

    core = openvino.Core()
    compiled = core.compile_model(core.read_model(path), "CPU", {
        "INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": 1, "INFERENCE_PRECISION_HINT": "f32",
        "PERFORMANCE_HINT": "LATENCY"})
    request = compiled.create_infer_request()
    request.set_tensor("x", openvino.Tensor(x))
    return worker.Built(request.infer, "OpenVINO " + openvino.__version__.split("-")[0], None)


if __name__ == "__main__":
    worker.run(build)
