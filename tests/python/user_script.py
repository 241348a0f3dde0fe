"""What a user writes, with types; tests/python/test_types.py has it checked."""

import lamina as lm
from lamina import nn


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.hidden = nn.Linear(4, 8)
        self.out = nn.Linear(8, 2, bias=False)

    def forward(self, x: lm.Array) -> lm.Array:
        return self.out(lm.relu(self.hidden(x)))


net = Net()
loss = nn.CrossEntropyLoss(label_smoothing=0.1)
optimizer = lm.optim.AdamW(net.parameters(), lr=1e-3)
x, y = lm.random.normal((3, 4)), lm.array([0, 1, 1])
value: lm.Array = loss(net(x), y)
value.backward()
optimizer.step()
total = float(lm.sum(lm.softmax(net(x), axis=-1) * 2 + 1).item())
trainer = lm.Trainer(net).compile(lm.optim.SGD(lr=0.1), nn.MSELoss(), metrics=["mae"])
trainer.fit((x, lm.zeros((3, 2))), epochs=1, verbose=0)
with lm.no_grad():
    predicted: lm.Array = lm.clip(net.eval()(x), -1, 1)
slope: lm.Array = lm.grad(lambda a: lm.sum(a * a))(x)
for inputs, targets in lm.data.DataLoader(lm.data.digits(), batch_size=900):
    assert inputs.shape[1:] == (1, 8, 8)
gap: lm.Array = nn.losses.hinge(x, x) + nn.MSELoss()(x, x)
weight = nn.Parameter(nn.init.zeros((2, 3), dtype=lm.float32))
try:
    lm.zeros(-1)
except lm.ShapeError as error:
    message: str = error.message
