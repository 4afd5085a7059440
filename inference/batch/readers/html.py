"""An HTML file: one document, its text in place or its main article."""

from __future__ import annotations

from collections.abc import Iterator

from unspin.inference.batch.charset import decode_page
from unspin.inference.batch.extract import extract
from unspin.inference.batch.html import page_text
from unspin.inference.batch.readers.build import failed, key, problem, source, whole
from unspin.inference.batch.records import Document, Input, Problem, ReadOptions
from unspin.inference.decoding import Undecodable


def read(input: Input, options: ReadOptions, start: int) -> Iterator[Document]:
    """Its text. In place, `html` is the page and its field "encoding" what to write it in."""
    if start > 0:
        return
    data = whole(input, options.max_bytes)
    if isinstance(data, Problem):
        yield failed(input, 0, data)
        return
    try:
        html, encoding = decode_page(data)
    except Undecodable as error:
        yield failed(input, 0, problem(error))
        return
    if options.html == "in-place":
        fields = {"encoding": encoding}
        yield Document(key(input, 0), source(input), 0, page_text(html), fields, html)
        return
    article = extract(html, options.timeout)
    if isinstance(article, Problem):
        yield failed(input, 0, article)
    else:
        yield Document(key(input, 0), source(input), 0, article.text, article.fields)
