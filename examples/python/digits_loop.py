"""A network and a training loop of one's own on the handwritten digits: reads like PyTorch, and every step of it
(forward, backward and the update of all parameters) runs as one program."""

import lamina as lm
from lamina import data, nn, optim


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.conv2 = nn.Conv2d(16, 32, 3, padding=1)
        self.pool = nn.MaxPool2d(2)
        self.head = nn.Linear(512, 10)

    def forward(self, x):
        x = lm.relu(self.bn1(self.conv1(x)))
        x = self.pool(lm.relu(self.conv2(x)))
        return self.head(x.reshape(-1, 512))


lm.seed(0)
train, test = data.digits().split(0.8, seed=0)
model = Net()
optimizer = optim.Adam(model.parameters(), lr=2e-3)

for epoch in range(6):
    total, batches = 0.0, 0
    for x, y in data.DataLoader(train, batch_size=64, shuffle=True, seed=epoch):
        loss = nn.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        total += loss
        batches += 1
    print(f"epoch {epoch + 1}: loss {total / batches:.4f}")

model.eval()
with lm.no_grad():
    right = lm.mean(lm.argmax(model(test.x), axis=-1) == test.y)
print(f"test accuracy: {right:.4f}")
assert right.item() > 0.95
