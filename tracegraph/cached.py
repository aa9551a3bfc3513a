"""Properties that are computed once, without a lock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

T = TypeVar("T")


class cached(Generic[T]):
    """A property that is computed when it is first asked for, and then kept in the object's dictionary.

    `functools.cached_property` has one lock for all objects of a class before Python 3.12: a process that is forked
    while another thread computes waits for it for ever. Without a lock, two threads at worst compute the same twice.

    >>> class Square:
    ...     side = 3
    ...     @cached
    ...     def area(self) -> int:
    ...         return self.side**2
    >>> square = Square()
    >>> square.area, vars(square)
    (9, {'area': 9})
    """

    def __init__(self, compute: Callable[[Any], T]) -> None:
        self.compute, self.__doc__ = compute, compute.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, instance: None, owner: type) -> cached[T]: ...

    @overload
    def __get__(self, instance: object, owner: type) -> T: ...

    def __get__(self, instance: object | None, owner: type) -> cached[T] | T:
        if instance is None:
            return self
        value = vars(instance)[self.name] = self.compute(instance)
        return value
