"""Many arrays and tables handed to compiled code in one piece.

A kernel that takes thirty arrays spends more time on taking them from Python one by one than on a small village. So what a run holds is
put together once: a kernel reads ``w.orders`` and ``w.household`` of a `Frame` as Python does.
"""

from __future__ import annotations

import ctypes
import hashlib
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.typing.templates import AttributeTemplate, infer_getattr
from numba.extending import NativeValue, intrinsic, lower_getattr_generic, models, register_model, typeof_impl, unbox
from numba.np.arrayobj import make_array, populate_array

from linkage_sim.columns import Table, TableType, table_at, whole_number
from linkage_sim.compiled import compiled


class Frame(ctypes.Structure):
    """Named arrays and tables that stay where they are; made by `frame_of`. As with tables, Numba recognises one by its class."""

    _fields_ = (("address", ctypes.c_int64),)
    address: int
    kind: FrameType

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"nothing called {name!r} is in this frame")


def frame_of(**parts: Any) -> Frame:
    """Arrays (contiguous, in the order of C) and tables by name; it keeps them alive, and code that reads it never sees others."""
    frame = _class_of(parts)()
    block = np.empty(frame.kind.numbers, dtype=np.int64)
    vars(frame).update(parts, _block=block)
    if not numba.config.DISABLE_JIT:
        _look_up(np.array([value.address if isinstance(value, Table) else id(value) for value in parts.values()]), frame.kind.axes, block)
        frame.address = block.ctypes.data
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


class FrameType(types.Type):
    """Numba's type of a frame: the type of every part, and where its address stands among the numbers of a frame."""

    def __init__(self, parts: tuple[tuple[str, Any], ...]) -> None:
        self.place: dict[str, tuple[Any, int]] = {}
        self.axes = np.array([-1 if isinstance(kind, TableType) else kind.ndim for _, kind in parts])
        self.numbers = 0
        for (name, kind), axes in zip(parts, self.axes.tolist(), strict=True):
            self.place[name] = (kind, self.numbers)
            self.numbers += 1 + max(axes, 0)
        told = ", ".join(f"{name} {kind.name}" for name, kind in parts)
        super().__init__(name=f"Frame({hashlib.blake2b(told.encode(), digest_size=12).hexdigest()})")


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
