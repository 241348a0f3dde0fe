"""A network in six lines on the handwritten digits: reads like Keras."""

import lamina as lm
from lamina import data, nn, optim

lm.seed(0)
train, test = data.digits().split(0.8, seed=0)
model = nn.Sequential(
    nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(512, 10))
trainer = lm.Trainer(model).compile(optimizer=optim.Adam(lr=4e-3), loss="cross_entropy", metrics=["accuracy"])
trainer.fit(train, epochs=10, batch_size=64, validation_data=test)
result = trainer.evaluate(test)
print(f"test accuracy: {result['accuracy']:.4f}")
assert result["accuracy"] > 0.95
