"""PyTorch. Variants: eager, channels_last, compile (torch.compile).

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
import torch_small  # noqa: E402


def make(work):
    model = torch_nets.NETS[work.net]()
    model.load_state_dict({name: torch.from_numpy(problem.weight(name, tuple(value.shape)))
                           for name, value in model.state_dict().items()})
    if work.mode == "infer" and work.net in problem.DENSE:
        model = torch.nn.Sequential(model, torch.nn.Softmax(1))
    return model


def step(work, variant):
    model = make(work)
    x, y = (torch.from_numpy(value) for value in problem.data(work))
    if variant == "channels_last":
        model, x = model.to(memory_format=torch.channels_last), x.to(memory_format=torch.channels_last)
    if work.mode == "infer":
        model.eval()
        if variant == "compile":
            from torch._inductor import config

            config.freezing = True
            compiled = torch.compile(model)

            def call():
                with torch.no_grad():
                    compiled(x)
            return call

        def call():
            with torch.inference_mode():
                model(x)
        return call
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=problem.momentum(work))
    measure = F.mse_loss if work.net in ("minilm", *problem.GATES) else F.cross_entropy
    forward = lambda x, y: measure(model(x), y)  # noqa: E731
    if variant == "compile":
        forward = torch.compile(forward)

    def call():
        optimizer.zero_grad(set_to_none=True)
        loss = forward(x, y)
        loss.backward()
        optimizer.step()
        return loss.detach()
    return call


def build(work, variant, threads):
    torch.set_num_threads(threads)
    small = getattr(torch_small, work.net, None)
    call = small(work) if small else step(work, variant)
    return worker.Built(call, "PyTorch " + torch.__version__.split("+")[0], None)


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
