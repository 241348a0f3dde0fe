"""RNN: any cell over time."""

from . import _lamina
from .control import _scan
from .errors import DTypeError, ShapeError, ValueError

_nn = _lamina._nn
_CELLS = (_nn.RNNCell, _nn.LSTMCell, _nn.GRUCell)


class RNN(_nn.Module):
    """Runs a cell over time: any module whose forward(x, state) returns an output and the next state.

    Called with x [time, batch, ..] and perhaps a first state; returns the stacked outputs and the last state. A state
    is an array or a nest of tuples of arrays. Where none is given, the cell's initial_state(x) is asked for it, with x
    that of one step; without that method it is zeros, of as many and as large arrays as the cell carries on. Sequences
    of other lengths than the longest end where `lengths` says. The loop is compiled as one: products that do not
    need the state leave it, so a cell of your own runs about as fast as LSTM does.

    Shapes: x [time, batch, ..], or [batch, time, ..] with batch_first; lengths [batch] -> outputs stacked along time
    Dtypes: those of the cell; lengths integers
    Errors: `ShapeError` and `DTypeError` when the state changes from one step to the next; those of the cell

    >>> class Mean(lm.nn.Module):
    ...     def forward(self, x, state): return state + x, 0.5 * (state + x)
    >>> y, last = lm.nn.RNN(Mean())(lm.ones((3, 1, 2)), lm.zeros((1, 2)))
    >>> print(y.shape, last)
    (3, 1, 2) [[0.875, 0.875]]
    """

    def __init__(self, cell, batch_first=False, reverse=False):
        super().__init__()
        if not isinstance(cell, _nn.Module):
            raise DTypeError(f"RNN: expected a module as cell, got {type(cell).__name__}")
        self.cell = cell
        self.batch_first = batch_first
        self.reverse = reverse
        self._state_form = None

    def forward(self, x, state=None, lengths=None):
        x = _lamina.asarray(x)
        if x.ndim < 2:
            raise ShapeError(f"RNN: expected an input [time, batch, ..], got {tuple(x.shape)}")
        if self.batch_first:
            x = _lamina.swapaxes(x, 0, 1)
        mask = None
        if lengths is not None:
            mask = _lamina._mask_of_lengths(_lamina.asarray(lengths), x.shape[0], x.shape[1])
            shape = list(mask.shape) + [1] * (x.ndim - mask.ndim)
            whole = _lamina.reshape(mask, shape)
            x = _lamina.where(whole, x, _lamina.zeros_like(x))
        if state is None:
            state = self._initial_state(x)
        outputs, last = self._run(x, state, mask)
        return (_lamina.swapaxes(outputs, 0, 1) if self.batch_first else outputs), last

    def _run(self, x, state, mask=None):
        last, outputs = _scan(self._step, state, x if mask is None else (x, mask), self.reverse, None,
                              f"RNN({type(self.cell).__name__})", "")
        return outputs, last

    def _step(self, state, x):
        x, mask = x if isinstance(x, tuple) else (x, None)
        result = self.cell(x, state)
        if isinstance(self.cell, _CELLS):
            output, after = (result[0] if isinstance(result, tuple) else result), result
        elif isinstance(result, tuple) and len(result) == 2:
            output, after = result
        else:
            raise ValueError(f"RNN: {type(self.cell).__name__} must return an output and the next state, "
                             f"got {type(result).__name__}")
        if mask is not None:
            after = _keep(mask, after, state)
            output = _keep(mask, output, None)
        return after, output

    def _initial_state(self, x):
        if hasattr(self.cell, "initial_state"):
            return self.cell.initial_state(x[0])
        batch = x.shape[1]
        if self._state_form is None:
            self._state_form = self._find_state(x)
        count, size = self._state_form
        parts = tuple(_lamina.zeros((batch, size), dtype=x.dtype) for _ in range(count))
        return parts[0] if count == 1 else parts

    def _find_state(self, x):
        """How many arrays of which size the cell carries on: what it returns as it was given."""
        if isinstance(self.cell, _CELLS):
            return self.cell._states, self.cell.hidden_size
        sizes = sorted({size for p in self.cell.parameters() for size in p.shape})
        for count in (1, 2, 3):
            for size in sizes:
                parts = tuple(_lamina.zeros((x.shape[1], size), dtype=x.dtype) for _ in range(count))
                try:
                    self._run(x[:1], parts[0] if count == 1 else parts)
                except Exception:  # whatever a cell raises when it is given another state
                    continue
                return count, size
        raise ValueError(f"RNN: cannot tell the state of {type(self.cell).__name__}; give it one, or an "
                         "initial_state(x)")


def _keep(mask, new, old):
    if isinstance(new, (tuple, list)):
        return type(new)(_keep(mask, n, o) for n, o in zip(new, old))
    shape = list(mask.shape) + [1] * (new.ndim - mask.ndim)
    return _lamina.where(_lamina.reshape(mask, shape[-new.ndim:]), new, _lamina.zeros_like(new) if old is None else old)

