"""Lessons: a question, and everything that answers it, written as a page with its files; and the index of the pages."""

from __future__ import annotations

from .lesson import Example, Lesson, Pictured, Program
from .lesson_page import index, page
from .sections import PARTS, Part, Section

__all__ = ["PARTS", "Example", "Lesson", "Part", "Pictured", "Program", "Section", "index", "page"]
