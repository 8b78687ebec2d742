"""Months lived by compiled phases one after the other, without Python between them.

Between two kernels Python spends as long as a kernel needs for a hundred households. So the phases of one thread are called by compiled
code, at their addresses: each stays compiled on its own, and nothing is compiled twice.
"""

from __future__ import annotations

import functools
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic
from numpy.typing import NDArray

from linkage_sim.books import BALANCED
from linkage_sim.compiled import compiled
from linkage_sim.frames import Frame


def addresses_of(kernels: tuple[Any, ...], *parts: Frame) -> NDArray[np.int64]:
    """Where the machine code of kernels stands that take a month and these frames and return nothing; compiled or loaded if need be."""
    kind = (types.int64, *(numba.typeof(part) for part in parts))
    return np.array([_address(kernel, kind) for kernel in kernels], dtype=np.int64)


@functools.cache
def _address(kernel: Any, kind: tuple[Any, ...]) -> int:
    if kind not in kernel.overloads:
        kernel.compile(kind)
    found = kernel.overloads[kind]
    return int(found.library.get_pointer_to_function(found.fndesc.llvm_func_name))


@intrinsic  # type: ignore[untyped-decorator]
def _call(typing: Any, address: Any, month: Any, frame: Any) -> Any:
    """Call the kernel at an address with a month and a frame."""
    return _signature_and_code(address, month, frame)


@intrinsic  # type: ignore[untyped-decorator]
def _call_with_two(typing: Any, address: Any, month: Any, frame: Any, other: Any) -> Any:
    """The same with two frames."""
    return _signature_and_code(address, month, frame, other)


def _signature_and_code(address: Any, *given: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        kinds = signature.args[1:]
        function = context.call_conv.get_function_type(types.none, kinds)
        kernel = builder.inttoptr(values[0], ir.PointerType(function))
        status, _ = context.call_conv.call_function(builder, kernel, types.none, kinds, values[1:])
        with cgutils.if_unlikely(builder, status.is_error):
            context.call_conv.return_status_propagate(builder, status)
        return context.get_dummy_value()

    return types.none(address, *given), code


@compiled
def live(first: int, last: int, begun: bool, phases: Any, w: Any, acts: int, p: Any, record: int, r: Any) -> int:
    """Live months ``first`` to ``last``, that left out; returns the month that comes next.

    That is an earlier one after books that do not balance, and one that has begun where it is the turn of an act that Python has to do.

    Parameters
    ----------
    begun : environment and acts of the first month were lived before
    phases : (n,) environment, then all between acts and record; acts, record : these two, which take a second frame; as of `addresses_of`
    w, p, r : frames of the run, of the programme for acts, and of the recorder
    """
    for month in range(first, last):
        if not begun:
            _call(phases[0], month, w)
            _call_with_two(acts, month, w, p)
            if p.turn[0] >= 0:
                return month
        begun = False
        for k in range(1, phases.shape[0]):
            _call(phases[k], month, w)
        _call_with_two(record, month, w, r)
        if not r.judged[1] <= BALANCED:
            return month + 1
    return last
