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


def training(net, p, rank, world, port):
    distributed.init_process_group("gloo", init_method="tcp://127.0.0.1:%d" % port, rank=rank, world_size=world)
    model = nn.parallel.DistributedDataParallel(Whole(net, p), broadcast_buffers=False, gradient_as_bucket_view=True)
    optimizer = pytorch.optimizer_of(net, model.parameters())

    def run(x, y):
        optimizer.zero_grad(set_to_none=True)
        loss = pytorch.loss_of(net, model(x), y)
        loss.backward()
        optimizer.step()
        return loss.detach()
    return run
