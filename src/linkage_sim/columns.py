"""Tables of many rows, held column by column, that compiled kernels read row by row.

A kernel writes ``en = enterprise[e]`` and ``en.cash += 1.0`` as for a NumPy record array, but each column is contiguous in memory: a loop
that needs six of sixty columns touches those six, simple loops run in vectors, and a column that nobody writes takes no memory.
Python reads ``table["cash"]`` (a NumPy array that writes through) and ``table[e]["cash"]``.
"""

from __future__ import annotations

import ctypes
import functools
import hashlib
import math
import operator
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.typing.templates import AbstractTemplate, AttributeTemplate, infer_getattr, infer_global, signature
from numba.extending import (
    NativeValue,
    lower_builtin,
    lower_getattr,
    lower_getattr_generic,
    lower_setattr_generic,
    models,
    register_model,
    typeof_impl,
    unbox,
)  # fmt: skip
from numpy.typing import NDArray

LINE = 64
SPARE = 32
"""Rows after the last that a loop may read (never write), so that all of it runs in vectors."""


def _padded(rows: int) -> int:
    """Rows that a column has room for: whole cache lines of 8-byte numbers, an odd count so that columns do not meet in one cache set."""
    lines = -(-(rows + SPARE) * 8 // LINE)
    return (lines + 1 - lines % 2) * LINE // 8


class Table(ctypes.Structure):
    """Columns of one shape in one block of memory; made by `table_of`.

    Every column starts as zeros and takes memory only once it is written. It is a C structure of its own class for every set of columns
    because Numba recognises such an object by its class, where it asks Python about others.
    """

    _fields_ = (("address", ctypes.c_int64),)
    address: int
    shape: tuple[int, ...]
    kind: TableType
    dtype: np.dtype[Any]
    _columns: dict[str, NDArray[Any]]

    def _hold(self, shape: tuple[int, ...], block: NDArray[np.uint8]) -> None:
        start = -block.ctypes.data % LINE
        self.shape, self._block, self._start = shape, block, start + LINE
        padded = _padded(self.size)
        head = block[start : start + LINE].view(np.int64)  # compiled code finds this at the address, columns a line later
        head[0], head[1 : 1 + len(shape)] = padded, shape
        self.address = block.ctypes.data + start
        self._padded, self._columns = padded, {}

    def _column(self, name: str) -> NDArray[Any]:
        found = self._columns.get(name)
        if found is None:  # most columns of most tables are only looked at by compiled code
            kind, before = self.kind.parts[name]
            found = self._columns[name] = np.ndarray(self.shape, kind, self._block.data, self._start + self._padded * before)
        return found

    def __len__(self) -> int:
        return self.shape[0]

    @property
    def size(self) -> int:
        """Rows."""
        return math.prod(self.shape)

    def __getitem__(self, key: Any) -> Any:
        """A column by its name, a row by its number (by two in a table of two dimensions), or a table of the rows chosen (a copy)."""
        if isinstance(key, str):
            return self._column(key)
        chosen = np.arange(self.size).reshape(self.shape)[key]
        if np.ndim(chosen) == 0:
            return Row(self, int(chosen))
        other = table_of(self.dtype, *chosen.shape)
        for name in self.kind.parts:
            other[name] = self[name][key]
        return other

    def __setitem__(self, name: str, values: Any) -> None:
        self._column(name)[:] = values

    def copy(self) -> Table:
        """An independent table with the same numbers."""
        other = type(self)()
        size = LINE + self._padded * self.kind.bytes_per_row
        block = np.empty(LINE + size, dtype=np.uint8)
        here, there = self._start - LINE, -block.ctypes.data % LINE
        block[there : there + size] = self._block[here : here + size]
        other._hold(self.shape, block)
        return other

    def standing_in(self, memory: NDArray[np.uint8]) -> Table:
        """The table of the same shape and columns that stands at the beginning of some memory, which begins with a cache line."""
        other = type(self)()
        other._hold(self.shape, memory)
        return other

    @property
    def nbytes(self) -> int:
        """Bytes of all columns, used or not."""
        return int(self._block.nbytes)


def table_of(dtype: np.dtype[Any], *shape: int) -> Table:
    """A table of zeros.

    Parameters
    ----------
    dtype : record type: names and kinds of the columns, always the same object for the same columns; shape : one number or two
    """
    table = _class_of(dtype, len(shape))()
    table._hold(shape, np.zeros(2 * LINE + _padded(math.prod(shape)) * table.kind.bytes_per_row, dtype=np.uint8))
    return table


class Row:
    """One row of a table: ``row["cash"]``, and as in kernels ``row.cash``; both read and write the table."""

    __slots__ = ("_at", "_table")
    _at: int
    _table: Table

    def __init__(self, table: Table, row: int) -> None:
        object.__setattr__(self, "_table", table)
        object.__setattr__(self, "_at", row)

    @property
    def dtype(self) -> np.dtype[Any]:
        """Record type of its table."""
        return self._table.dtype

    def __getitem__(self, name: str) -> Any:
        return self._table[name].reshape(-1)[self._at]

    def __setitem__(self, name: str, value: Any) -> None:
        self._table[name].reshape(-1)[self._at] = value

    __getattr__ = __getitem__
    __setattr__ = __setitem__


# --- the same for compiled code ---------------------------------------------------------------------------------------


class RowType(types.Type):
    """Numba's type of a row: the columns of its table, and how many bytes stand before each for every row."""

    def __init__(self, columns: tuple[tuple[str, str], ...]) -> None:
        found, before = [], 0
        for name, kind in sorted(columns, key=lambda column: -np.dtype(column[1]).itemsize):  # so that each stands aligned
            found.append((name, kind, before))
            before += np.dtype(kind).itemsize
        self.columns = tuple(found)
        self.bytes_per_row = before
        self.place = {name: (numba.from_dtype(np.dtype(kind)), start) for name, kind, start in found}
        name = f"Row({', '.join(f'{name} {kind}' for name, kind in columns)})"
        self.short = hashlib.blake2b(name.encode(), digest_size=6).hexdigest()
        super().__init__(name=name)


class TableType(types.Type):
    """Numba's type of a table of one dimension or two."""

    def __init__(self, row: RowType, dimensions: int) -> None:
        self.row, self.dimensions, self.bytes_per_row = row, dimensions, row.bytes_per_row
        self.parts = {name: (kind, before) for name, kind, before in row.columns}
        super().__init__(name=f"Table{dimensions}({row.name})")


@functools.cache
def _class_of(dtype: np.dtype[Any], dimensions: int) -> type[Table]:
    assert dtype.names is not None
    kind = TableType(RowType(tuple((name, dtype[name].str[1:]) for name in dtype.names)), dimensions)
    return type("Table", (Table,), {"kind": kind, "dtype": dtype})


@typeof_impl.register(Table)
def _typeof_table(value: Table, context: Any) -> TableType:
    return value.kind


@typeof_impl.register(Row)
def _typeof_row(value: Row, context: Any) -> RowType:
    return value._table.kind.row


@register_model(TableType)
class _TableModel(models.StructModel):  # type: ignore[misc]
    def __init__(self, manager: Any, kind: TableType) -> None:
        super().__init__(manager, kind, [("data", types.voidptr), ("padded", types.intp), ("rows", types.intp), ("width", types.intp)])


@register_model(RowType)
class _RowModel(models.StructModel):  # type: ignore[misc]
    def __init__(self, manager: Any, kind: RowType) -> None:
        super().__init__(manager, kind, [("data", types.voidptr), ("padded", types.intp), ("row", types.intp)])


def whole_number(c: Any, owner: Any, name: str) -> Any:
    """An attribute of a Python object as a machine number."""
    boxed = c.pyapi.object_getattr_string(owner, name)
    value = c.pyapi.long_as_longlong(boxed)
    c.pyapi.decref(boxed)
    return value


def table_at(context: Any, builder: Any, kind: TableType, address: Any) -> Any:
    """The table whose head stands at an address: where its columns begin, how many rows each has room for, and its shape."""
    head = builder.inttoptr(address, address.type.as_pointer())
    table = cgutils.create_struct_proxy(kind)(context, builder)
    table.padded, table.rows, table.width = (builder.load(builder.gep(head, [ir.Constant(address.type, at)])) for at in range(3))
    table.data = builder.inttoptr(builder.add(address, ir.Constant(address.type, LINE)), cgutils.voidptr_t)
    return table._getvalue()


@unbox(TableType)
def _unbox_table(kind: TableType, value: Any, c: Any) -> NativeValue:
    return NativeValue(table_at(c.context, c.builder, kind, whole_number(c, value, "address")))


@unbox(RowType)
def _unbox_row(kind: RowType, value: Any, c: Any) -> NativeValue:
    row = cgutils.create_struct_proxy(kind)(c.context, c.builder)
    owner = c.pyapi.object_getattr_string(value, "_table")
    address = whole_number(c, owner, "address")
    row.padded = c.builder.load(c.builder.inttoptr(address, address.type.as_pointer()))
    row.data = c.builder.inttoptr(c.builder.add(address, ir.Constant(address.type, LINE)), cgutils.voidptr_t)
    row.row = whole_number(c, value, "_at")
    c.pyapi.decref(owner)
    return NativeValue(row._getvalue())


@infer_global(operator.getitem)
class _RowOfTable(AbstractTemplate):  # type: ignore[misc]
    def generic(self, args: Any, kws: Any) -> Any:
        table, index = args
        if not isinstance(table, TableType):
            return None
        if table.dimensions == 1 and isinstance(index, types.Integer):
            return signature(table.row, table, types.intp)
        two = isinstance(index, types.BaseTuple) and all(isinstance(part, types.Integer) for part in index)  # type: ignore[attr-defined]
        if table.dimensions == 2 and two:
            return signature(table.row, table, types.UniTuple(types.intp, 2))  # type: ignore[attr-defined]
        return None


def _row(context: Any, builder: Any, sig: Any, table: Any, at: Any) -> Any:
    row = cgutils.create_struct_proxy(sig.return_type)(context, builder)
    row.data, row.padded, row.row = table.data, table.padded, at
    return row._getvalue()


@lower_builtin(operator.getitem, TableType, types.Integer)
def _row_by_number(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    return _row(context, builder, sig, cgutils.create_struct_proxy(sig.args[0])(context, builder, args[0]), args[1])


@lower_builtin(operator.getitem, TableType, types.BaseTuple)  # type: ignore[attr-defined]
def _row_by_two_numbers(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    table = cgutils.create_struct_proxy(sig.args[0])(context, builder, args[0])
    first, second = cgutils.unpack_tuple(builder, args[1], 2)
    return _row(context, builder, sig, table, builder.add(builder.mul(first, table.width), second))


@infer_getattr
class _TableAttributes(AttributeTemplate):  # type: ignore[misc]
    key = TableType

    def resolve_shape(self, table: TableType) -> Any:
        return types.UniTuple(types.intp, table.dimensions)  # type: ignore[attr-defined]


@lower_getattr(TableType, "shape")
def _shape(context: Any, builder: Any, kind: TableType, value: Any) -> Any:
    table = cgutils.create_struct_proxy(kind)(context, builder, value)
    found = [table.rows, table.width][: kind.dimensions]
    return context.make_tuple(builder, types.UniTuple(types.intp, kind.dimensions), found)  # type: ignore[attr-defined]


@infer_getattr
class _RowAttributes(AttributeTemplate):  # type: ignore[misc]
    key = RowType

    def generic_resolve(self, row: RowType, name: str) -> Any:
        return row.place[name][0] if name in row.place else None


def _pointer(context: Any, builder: Any, kind: RowType, value: Any, name: str) -> tuple[Any, Any]:
    """Where a column's number of a row stands, and its type."""
    row = cgutils.create_struct_proxy(kind)(context, builder, value)
    found, before = kind.place[name]
    data = context.get_data_type(found)
    start = builder.gep(row.data, [builder.mul(row.padded, ir.Constant(row.padded.type, before))])
    return builder.gep(builder.bitcast(start, data.as_pointer()), [row.row]), found


def _apart(builder: Any, row: RowType, name: str, access: Any) -> None:
    """Tell the compiler what column this is: no two overlap, so that loops over several need no checks to run in vectors."""
    module, nothing = builder.module, ir.Constant(ir.IntType(64), 0)
    root = module.add_metadata([ir.MetaDataString(module, "columns")])
    column = module.add_metadata([ir.MetaDataString(module, f"{name} of {row.short}"), root, nothing])
    access.set_metadata("tbaa", module.add_metadata([column, column, nothing]))


@lower_getattr_generic(RowType)
def _get(context: Any, builder: Any, kind: RowType, value: Any, name: str) -> Any:
    pointer, _ = _pointer(context, builder, kind, value, name)
    loaded = builder.load(pointer)
    _apart(builder, kind, name, loaded)
    return loaded


@lower_setattr_generic(RowType)
def _set(context: Any, builder: Any, sig: Any, args: Any, name: str) -> None:
    kind, given = sig.args
    pointer, found = _pointer(context, builder, kind, args[0], name)
    stored = builder.store(context.cast(builder, args[1], given, found), pointer)
    _apart(builder, kind, name, stored)


# --- sums of columns --------------------------------------------------------------------------------------------------

_LANES = 8


def column_sum(table: Any, name: str, first: int, last: int) -> float:
    """Sum of a column of numbers over rows ``first`` to ``last``, that left out; compiled code calls it with the name written out.

    Row by row in eight lanes that are added up pairwise at the end: that order is the same on every machine, and runs in vectors.
    """
    values = table[name][first:last]
    whole = len(values) // _LANES * _LANES
    lanes = np.zeros(_LANES)
    for rows in values[:whole].reshape(-1, _LANES):
        lanes += rows
    lanes[: len(values) - whole] += values[whole:]
    while len(lanes) > 1:
        lanes = lanes[0::2] + lanes[1::2]
    return float(lanes[0])


@infer_global(column_sum)
class _ColumnSum(AbstractTemplate):  # type: ignore[misc]
    prefer_literal = True

    def generic(self, args: Any, kws: Any) -> Any:
        if len(args) == 4 and isinstance(args[0], TableType) and isinstance(args[1], types.StringLiteral):  # type: ignore[attr-defined]
            return signature(types.float64, args[0], args[1], types.intp, types.intp)
        return None


@lower_builtin(column_sum, TableType, types.StringLiteral, types.Integer, types.Integer)  # type: ignore[attr-defined]
def _sum_in_lanes(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    """A loop over eight rows at a time, then what is left row by row."""
    kind, name, number, count = sig.args[0].row, sig.args[1].literal_value, ir.DoubleType(), ir.IntType(64)
    assert kind.place[name][0] == types.float64, f"{name} is not a column of numbers"
    row = cgutils.create_struct_proxy(kind)(context, builder)
    table = cgutils.create_struct_proxy(sig.args[0])(context, builder, args[0])
    row.data, row.padded, row.row = table.data, table.padded, args[2]
    column, _ = _pointer(context, builder, kind, row._getvalue(), name)
    eight = ir.VectorType(number, _LANES)
    total = cgutils.alloca_once_value(builder, ir.Constant(eight, [0.0] * _LANES))
    rows = builder.sub(args[3], args[2])
    rows = builder.select(builder.icmp_signed(">", rows, ir.Constant(count, 0)), rows, ir.Constant(count, 0))
    eights = builder.sdiv(rows, ir.Constant(count, _LANES))
    whole = builder.mul(eights, ir.Constant(count, _LANES))
    with cgutils.for_range(builder, eights) as loop:
        at = builder.gep(column, [builder.mul(loop.index, ir.Constant(count, _LANES))])
        met = builder.load(builder.bitcast(at, eight.as_pointer()), align=8)
        builder.store(builder.fadd(builder.load(total), met), total)
    with cgutils.for_range(builder, builder.sub(rows, whole)) as loop:
        met = builder.load(builder.gep(column, [builder.add(whole, loop.index)]))
        lanes, lane = builder.load(total), builder.trunc(loop.index, ir.IntType(32))
        builder.store(builder.insert_element(lanes, builder.fadd(builder.extract_element(lanes, lane), met), lane), total)
    lanes = builder.load(total)
    each = [builder.extract_element(lanes, ir.Constant(ir.IntType(32), lane)) for lane in range(_LANES)]
    while len(each) > 1:
        each = [builder.fadd(one, other) for one, other in zip(each[0::2], each[1::2], strict=True)]
    return each[0]
