"""spaCy: the pipeline component "unspin" (extra `spacy`).

    import spacy

    nlp = spacy.blank("en")
    nlp.add_pipe("unspin")
    doc = nlp("The travel comes arsenic Mexico has worked.")
    doc._.unspin_score, doc._.unspin_restored
    for span in doc.spans["unspin"]:
        for edit in span._.unspin_edits:
            print(span, "->", edit["replacement"], edit["alternatives"])

| attribute | is |
| --- | --- |
| `doc._.unspin` | all that was found, as the command line's JSON; offsets are of characters |
| `doc._.unspin_score` | the probability that the document is spun |
| `doc._.unspin_restored` | the restored text |
| `doc.spans["unspin"]` | what an edit rewrites, and flagged words without an edit: label "SPUN" |
| `span._.unspin_score`, `token._.unspin_score` | of its likeliest flagged word, else 0 |
| `span._.unspin_edits`, `token._.unspin_edits` | the edits that touch it, with alternatives |

Where unspin and spaCy cut words differently, spans reach to the next bounds of tokens, and
`doc._.unspin` keeps the exact offsets. `displacy` shows the spans with `style="span"` and the
option `spans_key`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from unspin.inference.adapters.shared import check_mode, shared_model
from unspin.model.errors import UnspinError

try:
    from spacy.language import Language
    from spacy.tokens import Doc, Span, SpanGroup, Token
    from spacy.util import minibatch
except ImportError as error:
    raise UnspinError("the component needs spaCy: pip install 'unspin[spacy]'") from error

LABEL = "SPUN"


@dataclass(slots=True)
class UnspinComponent:
    """Reads documents and says what it found in their extensions; see the module.

    It holds settings only, which travel in the pipeline's config: saving a pipeline saves the
    name of the model folder, not the weights.
    """

    model: str | None
    mode: str
    language: str
    restore: bool
    spans_key: str
    threads: int | None

    def __call__(self, doc: Doc) -> Doc:
        self._annotate([doc])
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 128) -> Iterator[Doc]:
        """The documents of `stream`, read a batch at a time."""
        for docs in minibatch(stream, batch_size):  # type: ignore[no-untyped-call]
            self._annotate(docs)
            yield from docs

    def _annotate(self, docs: list[Doc]) -> None:
        model = shared_model(self.model, self.threads)
        read = model.restore if self.restore else model.score
        results = read([doc.text for doc in docs], self.mode, language=self.language)
        for doc, result in zip(docs, results, strict=True):
            doc._.unspin = result.to_dict()
            doc.spans[self.spans_key] = SpanGroup(doc, name=self.spans_key, spans=_spans(doc))


@Language.factory(
    "unspin",
    assigns=["doc._.unspin", "doc.spans"],
    default_config={
        "model": None,
        "mode": "balanced",
        "language": None,
        "restore": True,
        "spans_key": "unspin",
        "threads": None,
    },
)
def make(
    nlp: Language,
    name: str,
    model: str | None,
    mode: str,
    language: str | None,
    restore: bool,
    spans_key: str,
    threads: int | None,
) -> UnspinComponent:
    """The component for `nlp.add_pipe("unspin", config={...})`.

    Args:
        model: a folder written by `unspin export`, by default the shipped weights.
        mode: "precise", "balanced" or "thorough".
        language: of the documents, by default the pipeline's; only English is read.
        restore: if false, only scores, which takes half the time.
        spans_key: the name of the spans.
        threads: parts of a text read at the same time; 1 suits `n_process`.

    Raises `UnspinError` if there is no such model or mode.
    """
    check_mode(mode, model)
    return UnspinComponent(model, mode, str(language or nlp.lang), restore, spans_key, threads)


def _spans(doc: Doc) -> list[Span]:
    """What edits rewrite, and the flagged words that none does, as spans of tokens in order."""
    edits = [(e["start"], e["end"]) for e in _found(doc, "edits")]
    words = [(w["start"], w["end"]) for w in _found(doc, "words")]
    left = [(s, e) for s, e in words if not any(s < end and start < e for start, end in edits)]
    spans = {}
    for start, end in sorted(edits + left):
        # An edit that leaves words out takes a blank with them, which would reach the next token.
        text = doc.text[start:end]
        first, last = end - len(text.lstrip()), start + len(text.rstrip())
        span = doc.char_span(first, last, label=LABEL, alignment_mode="expand")
        assert span is not None
        spans[span.start, span.end] = span
    return list(spans.values())


def _kept(doc: Doc, name: str, default: Any = None) -> Any:
    """A field of what was found, or None if the document has not been read."""
    return None if doc._.unspin is None else doc._.unspin.get(name, default)


def _found(doc: Doc, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = _kept(doc, name) or []
    return found


def _touching(part: Span | Token, name: str) -> list[dict[str, Any]]:
    """What was found in the characters of a span or token."""
    start = part.idx if isinstance(part, Token) else part.start_char
    end = start + len(part.text)
    return [one for one in _found(part.doc, name) if one["start"] < end and start < one["end"]]


def _score(part: Span | Token) -> float:
    return max((word["score"] for word in _touching(part, "words")), default=0.0)


def _edits(part: Span | Token) -> list[dict[str, Any]]:
    return _touching(part, "edits")


# What is kept are plain lists and dicts, so that a Doc can be saved; all else is read from them.
Doc.set_extension("unspin", default=None, force=True)
Doc.set_extension("unspin_score", getter=lambda doc: _kept(doc, "score", 0.0), force=True)
Doc.set_extension("unspin_restored", getter=lambda doc: _kept(doc, "restored"), force=True)
for _part in (Span, Token):
    _part.set_extension("unspin_score", getter=_score, force=True)
    _part.set_extension("unspin_edits", getter=_edits, force=True)
