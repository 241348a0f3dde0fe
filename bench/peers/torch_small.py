"""What costs more to start than to compute, in PyTorch: training on digits, chains of small operations."""

import torch
import torch.nn.functional as F

import problem
import torch_nets


def digits(work):
    """A loop of one's own in either mode: PyTorch brings no other."""
    x, y, orders = problem.digits()
    x, y, orders = torch.from_numpy(x), torch.from_numpy(y), [torch.from_numpy(order) for order in orders]

    def call():
        model = torch_nets.NETS["digits"]()
        model.load_state_dict({name: torch.from_numpy(problem.weight(name, tuple(value.shape)))
                               for name, value in model.state_dict().items()})
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
        for order in orders:
            for i in range(0, len(x), problem.DIGITS_BATCH):
                rows = order[i:i + problem.DIGITS_BATCH]
                optimizer.zero_grad(set_to_none=True)
                loss = F.cross_entropy(model(x[rows]), y[rows])
                loss.backward()
                optimizer.step()
        return loss.detach()
    return call


def adds(work):
    x = torch.rand(10)
    variable = torch.rand(10, requires_grad=work.mode == "gradient")

    def call():
        y = variable
        for _ in range(problem.ADDS):
            y = y + x
        if work.mode == "gradient":
            variable.grad = None
            y.sum().backward()
            return variable.grad[0].item()
        return y[0].item()
    return call
