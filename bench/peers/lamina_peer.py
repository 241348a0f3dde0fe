"""Lamina: the plain loop, nothing else."""

import problem
import worker
import lamina as lm
from lamina import models, nn, optim

NETS = {
    "resnet50": models.resnet50,
    "densenet121": models.densenet121,
    "densenet121_small": lambda: models.densenet121(10, small_images=True),
}


def make(work):
    model = NETS[work.net]()
    model.load_state_dict({name: lm.array(problem.weight(name, value.shape))
                           for name, value in model.state_dict().items()})
    return model


def build(work, variant, threads):
    lm.set_num_threads(threads)
    model = make(work)
    x, y = (lm.array(value) for value in problem.data(work))
    if work.mode == "infer":
        model.eval()

        def call():
            with lm.no_grad():
                lm.eval(model(x))
    else:
        optimizer = optim.SGD(model.parameters(), lr=0.01, momentum=0.9)

        def call():
            loss = nn.cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
            return loss

    def profile():
        with lm.profile() as p:
            call()
        return str(p)

    return worker.Built(call, "Lamina " + lm.__version__, profile)


if __name__ == "__main__":
    worker.run(build)
