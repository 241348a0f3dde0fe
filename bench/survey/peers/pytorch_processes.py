"""PyTorch's training spread over processes of this machine: DistributedDataParallel on gloo."""

from torch import distributed, nn

from . import pytorch


class Whole(nn.Module):
    """The survey's parameters as a module's, which is what DistributedDataParallel takes."""

    def __init__(self, net, p):
        super().__init__()
        self.net, self.names = net, {name: name.replace(".", "_") for name in p}
        for name, value in p.items():
            if "running" in name:
                self.register_buffer(self.names[name], value)
            else:
                self.register_parameter(self.names[name], nn.Parameter(value))

    def forward(self, x):
        p = {name: getattr(self, own) for name, own in self.names.items()}
        return pytorch.forward(self.net, p, x, True)


def training(net, p, share):
    """A step on this process's share of the batch; the loss is the mean of all processes'."""
    distributed.init_process_group("gloo", init_method="tcp://127.0.0.1:%d" % share.port, rank=share.rank,
                                   world_size=share.count)
    model = nn.parallel.DistributedDataParallel(Whole(net, p), broadcast_buffers=False, gradient_as_bucket_view=True)
    optimizer = pytorch.optimizer_of(net, model.parameters())

    def run(x, y):
        optimizer.zero_grad(set_to_none=True)
        loss = pytorch.loss_of(net, model(x), y)
        loss.backward()
        optimizer.step()
        mean = loss.detach() / share.count
        distributed.all_reduce(mean)
        return mean
    return run


def in_turn(net, p, count):
    """The same step in one process, which takes the shares one after the other."""
    trained = [t.requires_grad_() for name, t in p.items() if "running" not in name]
    optimizer = pytorch.optimizer_of(net, trained)

    def run(x, y):
        optimizer.zero_grad(set_to_none=True)
        total = 0.0
        for part, labels in zip(x.chunk(count), y.chunk(count)):
            loss = pytorch.loss_of(net, pytorch.forward(net, p, part, True), labels) / count
            loss.backward()
            total += loss.item()
        optimizer.step()
        return total
    return run
