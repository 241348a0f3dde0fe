"""RNN: any cell over time; ZoneoutCell: any cell with zoneout."""

from . import _lamina
from .control import _flatten, _scan
from .errors import DTypeError, Error, ShapeError, ValueError

_nn = _lamina._nn


class RNN(_nn.Module):
    """Runs a cell over time: any module whose forward(x, state) returns an output and the next state.

    Called with x [time, batch, ..] and perhaps a first state; returns the stacked outputs and the last state. A state
    is an array or a nest of tuples of arrays. Where none is given, the cell's initial_state(x) is asked for it, with x
    that of one step; without that method it is zeros, of as many and as large arrays as the cell carries on. Sequences
    of other lengths than the longest end where `lengths` says, and cost nothing behind their ends; every array of the
    state then has the batch as its first axis. The loop is compiled as one: products that do not need the state
    leave it, so a cell of your own runs about as fast as LSTM does.

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
        self.cell = _module_as_cell("RNN", cell)
        self.batch_first = batch_first
        self.reverse = reverse
        self._state_form = None

    def forward(self, x, state=None, lengths=None):
        x = _lamina.asarray(x)
        if x.ndim < 2:
            raise ShapeError(f"RNN: expected an input [time, batch, ..], got {tuple(x.shape)}")
        time = 1 if self.batch_first else 0
        if lengths is None:
            x = _lamina.swapaxes(x, 0, 1) if self.batch_first else x
            outputs, last = self._run(x, self._initial_state(x) if state is None else state)
            return (_lamina.swapaxes(outputs, 0, 1) if self.batch_first else outputs), last
        layout = _lamina._SequenceLayout(_lamina.asarray(lengths), x.shape[time], x.shape[1 - time], self.batch_first)
        if state is None:
            state = self._initial_state(_lamina.swapaxes(x, 0, 1) if self.batch_first else x)
        return self._run_packed(layout, layout.pack(x), state)

    def _run(self, x, state):
        last, outputs = _scan(self._step, state, x, self.reverse, None, self._name(), "")
        return outputs, last

    def _run_packed(self, layout, x, state):
        """Several sequences in a row, one behind the other: the state begins again with each."""
        leaves = []
        nest = _flatten(state, leaves, f"{self._name()}: state")
        for leaf in leaves:
            if leaf.ndim == 0 or leaf.shape[0] != layout.batch:
                raise ShapeError(f"{self._name()}: with lengths the first axis of every array of the state is the "
                                 f"batch, {layout.batch}, got {leaf.dtype} {list(leaf.shape)}")
        carry = [_lamina.zeros((layout.rows, *leaf.shape[1:]), dtype=leaf.dtype) for leaf in leaves]

        def step(held, slices):
            x, begins, firsts = slices
            before = [_lamina.where(_lamina.reshape(begins, (-1,) + (1,) * (old.ndim - 1)), first, old)
                      for first, old in zip(firsts, held)]
            after, output = self._step(nest(iter(before)), x)
            arrays = []
            _flatten(after, arrays, f"{self._name()}: state")
            return arrays, (output, arrays)

        spread = [layout.spread(leaf) for leaf in leaves]
        _, (outputs, states) = _scan(step, carry, (x, layout.begins(self.reverse), spread), self.reverse, None,
                                     self._name(), "")
        last = nest(iter([layout.last(all, self.reverse) for all in states]))
        return layout.unpack(outputs), last

    def _name(self):
        return f"RNN({type(self.cell).__name__})"

    def _step(self, state, x):
        try:
            output, after = _call_cell("RNN", self.cell, x, state)
        except Error as error:
            arrays = []
            _flatten((x, state), arrays, f"{self._name()}: state")
            given = ", ".join(f"{array.dtype} {list(array.shape)}" for array in arrays)
            error._add_detail("step", f"0 of {self._name()}, called with x and state {given}")
            raise
        return after, output

    def _initial_state(self, x):
        cell = self.cell
        if hasattr(cell, "initial_state"):
            return cell.initial_state(x[0])
        if hasattr(cell, "_initial_state"):
            return cell._initial_state(x[0])
        batch = x.shape[1]
        if self._state_form is None:
            self._state_form = self._find_state(x)
        count, size = self._state_form
        parts = tuple(_lamina.zeros((batch, size), dtype=x.dtype) for _ in range(count))
        return parts[0] if count == 1 else parts

    def _find_state(self, x):
        """How many arrays of which size the cell carries on: what it returns as it was given."""
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


class ZoneoutCell(_nn.Module):
    """Any cell with zoneout (Krueger et al. 2017): in training each number of the state stays as it was with
    probability `rates`, one for the whole state or one for each array of it; otherwise it is the mean of both cases.

    An output that is an array of the state is that array after zoneout.

    Shapes: those of the cell
    Dtypes: those of the cell
    Errors: `ValueError` for rates that are not 0 to 1; those of the cell

    >>> cell = lm.nn.ZoneoutCell(lm.nn.LSTMCell(3, 4), rates=(0.05, 0.5))
    >>> y, (h, c) = lm.nn.RNN(cell)(lm.ones((5, 2, 3)))
    >>> print(y.shape, h.shape)
    (5, 2, 4) (2, 4)
    """

    def __init__(self, cell, rates):
        super().__init__()
        self.cell = _module_as_cell("ZoneoutCell", cell)
        self.rates = tuple(rates) if isinstance(rates, (tuple, list)) else (rates,)
        for rate in self.rates:
            if not 0 <= rate <= 1:
                raise ValueError(f"ZoneoutCell: a rate of zoneout must be 0 to 1, got {rate}")
        if hasattr(cell, "initial_state"):
            self.initial_state = cell.initial_state
        elif hasattr(cell, "_initial_state"):
            self.initial_state = cell._initial_state

    def forward(self, x, state=None):
        if state is None:
            state = self.initial_state(x)
        output, after = _call_cell("ZoneoutCell", self.cell, x, state)
        old, new = [], []
        _flatten(state, old, "ZoneoutCell: state")
        nest = _flatten(after, new, "ZoneoutCell: state")
        rates = self.rates * len(old) if len(self.rates) == 1 else self.rates
        if len(rates) != len(old) or len(new) != len(old):
            raise ValueError(f"ZoneoutCell: expected one rate of zoneout, or {len(old)} for the arrays of the state, "
                             f"got {len(self.rates)}")
        mixed = [_zoneout(n, o, rate, self.training) for n, o, rate in zip(new, old, rates)]
        for n, kept in zip(new, mixed):
            if output is n:
                output = kept
        return output, nest(iter(mixed))


def _zoneout(new, old, rate, training):
    if rate == 0:
        return new
    if not training:
        return new + (old - new) * rate
    return _lamina.where(_lamina._random.bernoulli(tuple(old.shape), rate), old, new)


def _module_as_cell(what, cell):
    if not isinstance(cell, _nn.Module):
        raise DTypeError(f"{what}: expected a module as cell, got {type(cell).__name__}")
    return cell


def _call_cell(what, cell, x, state):
    """The output and the next state. Cells of this library give their state alone, which begins with the output."""
    result = cell(x, state)
    if getattr(cell, "_output_is_state", False):
        return (result[0] if isinstance(result, tuple) else result), result
    if isinstance(result, tuple) and len(result) == 2:
        return result
    raise ValueError(f"{what}: {type(cell).__name__} must return an output and the next state, "
                     f"got {type(result).__name__}")
