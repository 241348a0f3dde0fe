"""Lamina's training spread over processes of this machine, as a user writes it: the library has none of its own.

Gradients are averaged in memory that the processes share, each averaging its part; a socket keeps them in step.
"""

import os
import socket
import tempfile
import time

import numpy as np

import lamina as lm

from . import lamina

CONNECT = 120  # seconds until another process must have started


class Exchange:
    """The mean over all processes of a vector of `size` numbers."""

    def __init__(self, rank, count, port, size):
        self.rank, self.count, self.size = rank, count, size
        memory = "/dev/shm" if os.path.isdir("/dev/shm") else tempfile.gettempdir()
        path = os.path.join(memory, "lamina-survey-%d" % port)
        if rank == 0:
            self.map(path, "w+")
        self.others = self.accept(port) if rank == 0 else [self.connect(port)]
        if rank:
            self.map(path, "r+")
        self.meet()
        if rank == 0:
            os.remove(path)  # all have it, and nothing is left behind however they end

    def map(self, path, mode):
        """A row for each process, and one for the mean."""
        self.rows = np.memmap(path, np.float32, mode, shape=(self.count + 1, self.size))
        ends = np.linspace(0, self.size, self.count + 1).astype(int)
        self.part = slice(ends[self.rank], ends[self.rank + 1])

    def accept(self, port):
        with socket.create_server(("127.0.0.1", port)) as server:
            server.settimeout(CONNECT)
            return [server.accept()[0] for _ in range(self.count - 1)]

    def connect(self, port):
        end = time.monotonic() + CONNECT
        while True:
            try:
                return socket.create_connection(("127.0.0.1", port))
            except ConnectionRefusedError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)

    def meet(self):
        """Returns when all processes have called it."""
        if self.rank:
            self.others[0].sendall(b".")
        for other in self.others:
            if not other.recv(1):
                raise ConnectionError("another process of this training has ended")
        if self.rank == 0:
            for other in self.others:
                other.sendall(b".")

    def mean(self, fill):
        """`fill` writes this process's row; the mean is valid until the next call."""
        fill(self.rows[self.rank])
        self.meet()
        np.mean(self.rows[:self.count, self.part], axis=0, out=self.rows[self.count, self.part])
        self.meet()
        return self.rows[self.count]


def training(net, model, share):
    """A step on this process's share of the batch; the loss is the mean of all processes'."""
    parameters = list(model.parameters())
    optimizer = lamina.optimizer_of(net, parameters)
    ends = np.cumsum([0] + [p.size for p in parameters])
    exchange = Exchange(share.rank, share.count, share.port, ends[-1] + 1)

    def run(x, y):
        loss = lamina.loss_of(net, model(x), y)
        loss.backward()
        gradients = [p.grad for p in parameters]
        lm.eval(loss, gradients)

        def fill(row):
            for begin, end, gradient in zip(ends, ends[1:], gradients):
                row[begin:end] = gradient.numpy().reshape(-1)
            row[-1] = loss.item()
        mean = exchange.mean(fill)
        for begin, end, p in zip(ends, ends[1:], parameters):
            p.grad = lm.array(mean[begin:end].reshape(p.shape))
        optimizer.step()
        lm.eval(parameters)
        return float(mean[-1])
    return run


def in_turn(net, model, count):
    """The same step in one process, which takes the shares one after the other."""
    optimizer = lamina.optimizer_of(net, model.parameters())

    def run(x, y):
        size, total = x.shape[0] // count, 0.0
        for begin in range(0, count * size, size):
            loss = lamina.loss_of(net, model(x[begin:begin + size]), y[begin:begin + size]) / count
            loss.backward()
            total += loss.item()
        optimizer.step()
        return total
    return run
