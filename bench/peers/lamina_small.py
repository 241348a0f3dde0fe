"""What costs more to start than to compute, in Lamina: training on digits, chains of small operations."""

import problem
import lamina as lm
from lamina import models, nn, optim


def digits(work):
    x, y, orders = problem.digits()

    def fresh():
        model = models.MLP(problem.DENSE["digits"])
        model.load_state_dict({name: lm.array(problem.weight(name, value.shape))
                               for name, value in model.state_dict().items()})
        return model

    def fit():
        trainer = lm.Trainer(fresh()).compile(optimizer=optim.SGD(lr=0.1, momentum=0.9), loss="cross_entropy")
        history = trainer.fit((x, y), epochs=problem.EPOCHS, batch_size=problem.DIGITS_BATCH, verbose=0)
        return history.history["loss"][-1]

    def loop():
        model = fresh()
        optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
        for order in orders:
            for i in range(0, len(x), problem.DIGITS_BATCH):
                rows = order[i:i + problem.DIGITS_BATCH]
                loss = nn.cross_entropy(model(lm.array(x[rows])), lm.array(y[rows]))
                loss.backward()
                optimizer.step()
        return loss.item()
    return fit if work.mode == "fit" else loop


def adds(work):
    x = lm.ones(10)
    variable = nn.Parameter(lm.ones(10))

    def plain():
        y = x
        for _ in range(problem.ADDS):
            y = y + x
        return y[0].item()

    def gradient():
        y = variable
        for _ in range(problem.ADDS):
            y = y + x
        variable.grad = None
        y.sum().backward()
        return variable.grad[0].item()
    return gradient if work.mode == "gradient" else plain
