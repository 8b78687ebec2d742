"""How rules and kernels are compiled: one decorator, and cache folders named by the sources they hold.

The disk cache of compiled code goes stale when only a called function in another file changes, so each module's
folder is named by a hash of its source and of every source its kernels can call. A hash over all sources that can
change a number is the model version in manifests and run keys.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba
import numpy as np
import platformdirs
from llvmlite import binding as llvm
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler
from numba.core.types.misc import unliteral


def as_table(rows: Any) -> Any:
    """Record array in the form kernels read; without compilation (NUMBA_DISABLE_JIT=1) one whose rows have attributes."""
    return rows.view(np.recarray) if numba.config.DISABLE_JIT else rows


F = TypeVar("F", bound=Callable[..., Any])
HERE = Path(__file__).parent


@functools.cache
def model_version() -> str:
    """Sixteen hex digits over all sources that can change a number."""
    state = hashlib.blake2b(digest_size=8)
    for folder in ("rules", "month", "world", "programme"):
        for path in sorted((HERE / folder).glob("*.py")):
            state.update(path.name.encode() + path.read_bytes())
    for name in ("draws.py", "columns.py", "frames.py", "calls.py", "context.py", "engine.py", "books.py"):
        state.update((HERE / name).read_bytes())
    return state.hexdigest()


CALLED = ("rules", "month", "programme", "books", "draws", "columns", "world.state", "world.goods")
"""Modules and folders whose functions and constants a kernel may use (tested); all else it gets as arguments."""
_IMPORT = re.compile(r"^from linkage_sim\.([\w.]+) import", re.MULTILINE)


@functools.cache
def sources_of(module: str) -> frozenset[str]:
    """Modules, by dotted name inside the package, whose source can change what the kernels of a module compile to."""
    found = {module, "columns", "frames", "compiled"}  # how parts of frames and rows of tables are read stands in the code of kernels
    waiting = [module]
    while waiting:
        text = HERE.joinpath(*waiting.pop().split(".")).with_suffix(".py").read_text(encoding="utf-8")
        for name in _IMPORT.findall(text):
            if name not in found and (name in CALLED or name.split(".")[0] in CALLED):
                found.add(name)
                waiting.append(name)
    return frozenset(found)


@functools.cache
def cache_folder(module: str) -> Path:
    """Where the machine code of a module is kept."""
    state = hashlib.blake2b(digest_size=8)
    for name in sorted(sources_of(module)):
        state.update(name.encode() + HERE.joinpath(*name.split(".")).with_suffix(".py").read_bytes())
    return Path(platformdirs.user_cache_dir("linkage_sim")) / f"code-{module}-{state.hexdigest()}"


def compiled(function: F) -> F:
    """Compile a function for scalars and arrays; the machine code is kept in the user's cache folder.

    The compiled function releases the GIL and never uses fast-math, so that a result does not depend on threads.
    """
    return _compile(function)


def inlined(function: F) -> F:
    """As `compiled`; compiled callers take it in whole, so that a loop that calls it can run in vectors."""
    return _compile(function, forceinline=True)


_MAKES_ARRAYS = frozenset(("zeros", "zeros_like", "empty", "empty_like", "full", "ones", "arange", "copy"))
_NO_ARRAY = re.compile(r"(?:None|bool|int|float|Word|tuple|[\[\], ])*")


def only_borrows(function: Callable[..., Any]) -> bool:
    """Whether a kernel neither makes arrays nor takes over any that another returns: it need not count who uses those it was given.

    Numba counts at every call that hands an array on, which takes longer than many a rule does.
    """
    names = function.__code__.co_names
    called = (getattr(function.__globals__.get(name), "py_func", None) for name in names)
    told = " ".join(str(each.__annotations__.get("return", "")) for each in (function, *called) if each is not None)
    return not _MAKES_ARRAYS & set(names) and _NO_ARRAY.fullmatch(told) is not None


def _compile(function: F, **options: bool) -> F:
    """Two forms of one function: the one at hand for Python, and once compiled code calls it, one that Python cannot call.

    What lets Python call a kernel takes longer to compile than a small kernel itself, and most are only called by others.
    """
    if numba.config.DISABLE_JIT:
        return function
    options["_nrt"] = not only_borrows(function)  # said of each, for else it would be that of whoever calls it first
    kernel = _dispatcher(function, "entry", **options)
    forms: list[Any] = []

    def called() -> Any:
        if not forms:
            forms.append(_dispatcher(function, "called", no_cpython_wrapper=True, pipeline_class=_OfCalled, **options))
        return forms[0]

    def template(args: Any, kws: Any) -> Any:
        args, kws = tuple(map(unliteral, args)), {name: unliteral(kind) for name, kind in kws.items()}  # one form for all constants
        return called().get_call_template(args, kws)

    kernel.get_call_template = template
    kernel.get_overload = lambda signature: called().get_overload(signature)
    return kernel  # type: ignore[no-any-return]


class _Linked(JITCodeLibrary):  # type: ignore[misc]
    """A library of code that others take in; machine code of its own would never run, so none is made."""

    def _optimize_functions(self, part: Any) -> None:
        part.data_layout = self._codegen._data_layout  # and no more: the whole is optimised once all parts are there

    def _optimize_final_module(self) -> None:
        pass

    def _finalize_final_module(self) -> None:
        # objects of this process, such as range or max, are named here until the whole is optimised (tested: none is left then)
        whole = self._final_module  # type: ignore[has-type]
        places = [f"@{each.name} = common global i8* null" for each in whole.global_variables if each.name.startswith("_ZN08NumbaEnv")]
        self._final_module = llvm.parse_assembly("\n".join([f'target triple = "{whole.triple}"', *places]))
        self._final_module.name = whole.name
        super()._finalize_final_module()
        self._final_module = whole


class _OfCalled(Compiler):  # type: ignore[misc]
    """Compiles into such a library."""

    def compile_extra(self, function: Any) -> Any:
        library = self.state.library = _Linked(self.state.targetctx.codegen(), function.__qualname__)
        library.enable_object_caching()
        return super().compile_extra(function)


def _dispatcher(function: F, form: str, **options: Any) -> Any:
    before = numba.config.CACHE_DIR
    package, _, module = function.__module__.partition(".")
    if package == __package__:
        numba.config.CACHE_DIR = str(cache_folder(module) / form)
    try:
        return numba.njit(cache=True, nogil=True, error_model="numpy", no_cfunc_wrapper=True, **options)(function)
    finally:
        numba.config.CACHE_DIR = before
