"""Many arrays and tables handed to compiled code in one piece.

A kernel that takes thirty arrays spends more time on taking them from Python one by one than on a small village. So what a run holds is
put together once: a kernel reads ``w.orders`` and ``w.household`` of a `Frame` as Python does.
"""

from __future__ import annotations

import ctypes
import hashlib
import sys
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.typing.templates import AttributeTemplate, infer_getattr
from numba.extending import NativeValue, intrinsic, lower_getattr_generic, models, register_model, typeof_impl, unbox
from numba.np.arrayobj import make_array, populate_array
from numba.np.numpy_support import as_dtype
from numpy.typing import NDArray

from linkage_sim.columns import LINE, Table, TableType, table_at, whole_number
from linkage_sim.compiled import compiled


class Frame(ctypes.Structure):
    """Named arrays and tables that stay where they are; made by `frame_of`, or `copied`. As with tables, Numba knows one by its class."""

    _fields_ = (("address", ctypes.c_int64),)
    address: int
    kind: FrameType
    _places: NDArray[np.int64]
    _source: Frame
    _memory: NDArray[np.uint8]

    def copied(self, own: frozenset[str], **others: Any) -> Frame:
        """The same with copies of its ``own`` parts and ``others`` of the same kind in place of some; the rest is shared.

        Copies stand in one piece of memory; Python gets one as an array or table only where it asks for it.
        """
        if numba.config.DISABLE_JIT:
            parts = {name: getattr(self, name) for name in self.kind.place}
            return frame_of(**{name: value.copy() if name in own else value for name, value in parts.items()} | others)
        frame, kind = type(self)(), self.kind
        copies, places = kind.marked(own), np.empty_like(self._places)
        memory = kind.memory(_room(self._places, kind.axes, kind.widths, copies))
        _copy(self._places, kind.axes, kind.widths, copies, memory.ctypes.data, places)
        for name, value in others.items():
            places[kind.place[name][1]] = value.ctypes.data
        vars(frame).update(others, _places=places, _source=self, _memory=memory)
        frame.address = places.ctypes.data
        return frame

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self.kind.place:
            raise AttributeError(f"nothing called {name!r} is in this frame")
        found = getattr(self._source, name)
        start = int(self._places[self.kind.place[name][1]]) - self._memory.ctypes.data
        if 0 <= start < len(self._memory):
            here = self._memory[start:]
            found = found.standing_in(here) if isinstance(found, Table) else np.ndarray(found.shape, found.dtype, here.data)
        vars(self)[name] = found
        return found


def frame_of(**parts: Any) -> Frame:
    """Arrays (contiguous, in the order of C) and tables by name; it keeps them alive, and code that reads it never sees others."""
    frame = _class_of(parts)()
    places = np.empty(frame.kind.numbers, dtype=np.int64)
    vars(frame).update(parts, _places=places)
    if not numba.config.DISABLE_JIT:
        _look_up(np.array([value.address if isinstance(value, Table) else id(value) for value in parts.values()]), frame.kind.axes, places)
        frame.address = places.ctypes.data
    return frame


@intrinsic
def _number_at(typing: Any, address: Any) -> Any:
    """The whole number that stands at an address."""

    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return builder.load(builder.inttoptr(values[0], values[0].type.as_pointer()))

    return types.int64(address), code


_HEAD = object.__basicsize__
"""Bytes of the head of a Python object; after it an array of NumPy has its address, how many axes it has, and where its lengths stand."""


@compiled
def _look_up(objects: Any, axes: Any, places: Any) -> None:
    """Fill in where arrays and tables of a frame stand; to ask Python for it takes as long as some months of a small village.

    Parameters
    ----------
    objects : address of each table, or of the object that an array is to Python; axes : of each array, -1 for a table
    places : becomes the address of each, followed by the lengths of an array
    """
    at = 0
    for i in range(objects.shape[0]):
        is_array = axes[i] >= 0
        places[at] = _number_at(objects[i] + _HEAD) if is_array else objects[i]
        for axis in range(axes[i]):
            places[at + 1 + axis] = _number_at(_number_at(objects[i] + _HEAD + 16) + 8 * axis)
        at += 1 + max(axes[i], 0)


def _count_alone() -> int:
    for kept in [np.empty(0)]:
        return sys.getrefcount(kept)
    return 0


_ALONE = _count_alone()
"""How often Python counts an array as held that only a list holds, seen as `FrameType.memory` sees it."""
KEPT = 32_000_000
"""Bytes from which on the memory of a copy is given back to the system at once."""


class FrameType(types.Type):
    """Numba's type of a frame: the type of every part, and where its address stands among the numbers of a frame."""

    def __init__(self, parts: tuple[tuple[str, Any], ...]) -> None:
        self.place: dict[str, tuple[Any, int]] = {}
        self.axes = np.array([-1 if isinstance(kind, TableType) else kind.ndim for _, kind in parts])
        self.widths = np.array([kind.bytes_per_row if isinstance(kind, TableType) else as_dtype(kind.dtype).itemsize for _, kind in parts])
        self._kept: list[NDArray[np.uint8]] = []
        self._marks: dict[frozenset[str], NDArray[np.uint8]] = {}
        self.numbers = 0
        for (name, kind), axes in zip(parts, self.axes.tolist(), strict=True):
            self.place[name] = (kind, self.numbers)
            self.numbers += 1 + max(axes, 0)
        told = ", ".join(f"{name} {kind.name}" for name, kind in parts)
        super().__init__(name=f"Frame({hashlib.blake2b(told.encode(), digest_size=12).hexdigest()})")

    def memory(self, size: int) -> NDArray[np.uint8]:
        """So many bytes: those of an earlier copy that nobody holds any more, or new ones, which take longer as the system clears them."""
        for kept in self._kept:
            if len(kept) == size and sys.getrefcount(kept) == _ALONE:
                return kept
        memory = np.empty(size, dtype=np.uint8)
        self._kept = [memory, *self._kept[:1]] if size < KEPT else []
        return memory

    def marked(self, names: frozenset[str]) -> NDArray[np.uint8]:
        """1 for each part with one of these names."""
        if names not in self._marks:
            self._marks[names] = np.array([name in names for name in self.place], dtype=np.uint8)
        return self._marks[names]


_CLASSES: dict[tuple[Any, ...], type[Frame]] = {}


def _class_of(parts: dict[str, Any]) -> type[Frame]:
    """Class of frames of such parts; to ask Numba for the types of all of them takes longer than a month of a small world."""
    known = tuple(
        (name, type(value)) if isinstance(value, Table) else (name, value.dtype, value.ndim, value.flags.num)
        for name, value in parts.items()
    )
    if known not in _CLASSES:
        for name, value in parts.items():
            assert isinstance(value, Table) or value.flags.c_contiguous, f"{name} is not contiguous"
            assert isinstance(value, Table) or _stands_as_known(value)
        kind = FrameType(tuple((name, numba.typeof(value)) for name, value in parts.items()))
        _CLASSES[known] = type("Frame", (Frame,), {"kind": kind})
    return _CLASSES[known]


@intrinsic
def _move(typing: Any, target: Any, source: Any, size: Any) -> Any:
    """Copy bytes from one address to another."""

    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        to, start = (builder.inttoptr(value, cgutils.voidptr_t) for value in values[:2])
        cgutils.raw_memcpy(builder, to, start, values[2], 1)
        return context.get_dummy_value()

    return types.none(types.int64, types.int64, types.int64), code


@compiled
def _size(place: int, places: Any, axes: int, width: int) -> int:
    """Bytes of the part of a frame whose address stands at a place: an array, or a table (``axes`` -1) with its head; whole cache lines.

    ``width`` : bytes of a number, or of a row of a table
    """
    size = width
    for axis in range(axes):
        size *= places[place + 1 + axis]
    if axes < 0:
        size = LINE + width * _number_at(places[place])
    return (size + LINE - 1) // LINE * LINE


@compiled
def _room(places: Any, axes: Any, widths: Any, copies: Any) -> int:
    """Bytes that copies of some parts of a frame take, so that each begins with a cache line."""
    total, at = LINE, 0
    for i in range(axes.shape[0]):
        if copies[i] == 1:
            total += _size(at, places, axes[i], widths[i])
        at += 1 + max(axes[i], 0)
    return total


@compiled
def _copy(places: Any, axes: Any, widths: Any, copies: Any, start: int, out: Any) -> None:
    """Copy some parts of a frame into the memory that begins at an address; ``out`` becomes where all parts stand."""
    free, at = start + -start % LINE, 0
    for i in range(axes.shape[0]):
        for k in range(at, at + 1 + max(axes[i], 0)):
            out[k] = places[k]
        if copies[i] == 1:
            size = _size(at, places, axes[i], widths[i])
            _move(free, places[at], size)
            out[at] = free
            free += size
        at += 1 + max(axes[i], 0)


def _stands_as_known(array: Any) -> bool:
    """Whether this Python and NumPy keep where an array stands where `_look_up` looks for it."""
    if numba.config.DISABLE_JIT:
        return True
    found = np.empty(1 + array.ndim, dtype=np.int64)
    _look_up(np.array([id(array)]), np.array([array.ndim]), found)
    return found.tolist() == [array.ctypes.data, *array.shape]


@typeof_impl.register(Frame)
def _typeof_frame(value: Frame, context: Any) -> FrameType:
    return value.kind


@register_model(FrameType)
class _FrameModel(models.StructModel):  # type: ignore[misc]
    def __init__(self, manager: Any, kind: FrameType) -> None:
        super().__init__(manager, kind, [("places", types.intp)])


@unbox(FrameType)
def _unbox_frame(kind: FrameType, value: Any, c: Any) -> NativeValue:
    frame = cgutils.create_struct_proxy(kind)(c.context, c.builder)
    frame.places = whole_number(c, value, "address")
    return NativeValue(frame._getvalue())


@infer_getattr
class _FrameAttributes(AttributeTemplate):  # type: ignore[misc]
    key = FrameType

    def generic_resolve(self, frame: FrameType, name: str) -> Any:
        return frame.place[name][0] if name in frame.place else None


@lower_getattr_generic(FrameType)
def _get(context: Any, builder: Any, kind: FrameType, value: Any, name: str) -> Any:
    frame = cgutils.create_struct_proxy(kind)(context, builder, value)
    found, at = kind.place[name]
    first = builder.inttoptr(frame.places, frame.places.type.as_pointer())

    def number(place: int) -> Any:
        loaded = builder.load(builder.gep(first, [ir.Constant(frame.places.type, place)]))
        loaded.set_metadata("invariant.load", builder.module.add_metadata([]))
        return loaded

    if isinstance(found, TableType):
        return table_at(context, builder, found, number(at))
    array = make_array(found)(context, builder)
    shape = [number(at + 1 + axis) for axis in range(found.ndim)]
    size = context.get_abi_sizeof(context.get_data_type(found.dtype))
    strides: list[Any] = []
    step = ir.Constant(frame.places.type, size)
    for length in reversed(shape):
        strides.insert(0, step)
        step = builder.mul(step, length)
    data = builder.inttoptr(number(at), array.data.type)
    return populate_array(array, data, shape, strides, size, None)._getvalue()
