"""Lamina: the plain loop, nothing else."""

import problem
import worker
import lamina as lm
import lamina_recurrent
import lamina_small
from lamina import models, nn, optim

NETS = {
    "resnet50": models.resnet50,
    "densenet121": models.densenet121,
    "densenet121_small": lambda: models.densenet121(10, small_images=True),
    "fcn5": models.fcn5,
    "wide": models.fcn_wide,
    **lamina_recurrent.NETS,
    "minilm": lambda: models.BertEncoder(384, 6, 12, 1536, dropout=0),
}


def make(work):
    model = NETS[work.net]()
    model.load_state_dict({name: lm.array(problem.weight(name, value.shape))
                           for name, value in model.state_dict().items()})
    return model


def step(work):
    model = make(work)
    x, y = (lm.array(value) for value in problem.data(work))
    if work.mode == "infer":
        model.eval()
        scores = (lambda: lm.softmax(model(x), 1)) if work.net in problem.DENSE else (lambda: model(x))

        def call():
            with lm.no_grad():
                lm.eval(scores())
        return call
    optimizer = optim.SGD(model.parameters(), lr=0.01, momentum=problem.momentum(work))
    measure = nn.mse_loss if work.net in ("minilm", *problem.GATES) else nn.cross_entropy

    def call():
        loss = measure(model(x), y)
        loss.backward()
        optimizer.step()
        return loss
    return call


def build(work, variant, threads):
    lm.set_num_threads(threads)
    call = getattr(lamina_small, work.net, step)(work)

    def profile():
        with lm.profile() as p:
            call()
        return str(p)

    return worker.Built(call, "Lamina " + lm.__version__, profile)


if __name__ == "__main__":
    worker.run(build)
