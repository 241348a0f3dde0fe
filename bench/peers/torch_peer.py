"""PyTorch. Variants: eager, channels_last.

    PYTHON torch_peer.py export WORK FILE     writes the network as ONNX instead
"""

import sys
import warnings

import problem
import worker

warnings.filterwarnings("ignore")
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402

import torch_nets  # noqa: E402


def make(work):
    model = torch_nets.NETS[work.net]()
    model.load_state_dict({name: torch.from_numpy(problem.weight(name, tuple(value.shape)))
                           for name, value in model.state_dict().items()})
    return model


def build(work, variant, threads):
    torch.set_num_threads(threads)
    model = make(work)
    x, y = (torch.from_numpy(value) for value in problem.data(work))
    if variant == "channels_last":
        model, x = model.to(memory_format=torch.channels_last), x.to(memory_format=torch.channels_last)
    version = "PyTorch " + torch.__version__.split("+")[0]
    if work.mode == "infer":
        model.eval()

        def call():
            with torch.inference_mode():
                model(x)
        return worker.Built(call, version, None)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)

    def call():
        optimizer.zero_grad(set_to_none=True)
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        return loss.detach()
    return worker.Built(call, version, None)


def export(name, path):
    work = problem.chosen([name])[0]
    x = torch.from_numpy(problem.data(work)[0])
    torch.onnx.export(make(work).eval(), (x,), path, dynamo=False, input_names=["x"], output_names=["y"],
                      opset_version=17)


if __name__ == "__main__":
    if sys.argv[1] == "export":
        export(*sys.argv[2:])
    else:
        worker.run(build)
