"""The shape of requests and answers: what comes in is checked by it, OpenAPI is written from it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, WithJsonSchema


def _text(value: object) -> str:
    # Pydantic's own check refuses half a surrogate pair, which the command line reads.
    if not isinstance(value, str):
        raise ValueError("not a string")
    return value


Text = Annotated[str, PlainValidator(_text), WithJsonSchema({"type": "string"})]
_DICTIONARY = {"type": "object", "additionalProperties": {"type": "string"}}
Probability = Annotated[float, Field(ge=0, le=1)]


class Options(BaseModel):
    """How to read."""

    mode: Literal["precise", "balanced", "thorough"] = Field(
        "balanced", description="How sure to be before a word counts as damaged."
    )
    language: Text = Field("en", description="What is not English is skipped.")


class Document(Options):
    """One text. Other fields are passed through to the answer."""

    model_config = ConfigDict(extra="allow")

    text: Text
    id: Any = Field(None, description="Comes back with the answer.")
    dictionary: Annotated[Any, WithJsonSchema(_DICTIONARY)] = Field(
        None, description="To restore: spun words and the originals to put back wherever they are."
    )


class Documents(Options):
    """Several texts, as strings or as objects with a `text`; one mode and language for all."""

    model_config = ConfigDict(extra="forbid")

    texts: Annotated[
        list[Any],
        WithJsonSchema(
            {
                "type": "array",
                "items": {"anyOf": [{"type": "string"}, {"type": "object", "required": ["text"]}]},
            }
        ),
    ]


class Span(BaseModel):
    """A place in the text as given, in Unicode code points."""

    start: int
    end: int


class Word(Span):
    """A word over the mode's threshold, and the probability that a spinner damaged it."""

    score: Probability


class Sentence(Span):
    """A sentence, and the probability that it holds damage."""

    score: Probability
    spun: bool


class Alternative(BaseModel):
    """Another wording; the empty text stands for leaving the words out."""

    text: str
    confidence: Probability


class Edit(Span):
    """What stands there, and what it becomes."""

    original: str
    replacement: str
    score: Probability = Field(description="The detector's probability of damage.")
    confidence: Probability = Field(description="The decoder's probability of the replacement.")
    alternatives: list[Alternative]
    by: Literal["dictionary"] | None = Field(None, description="Whose it is, if not the model's.")


class Finding(Span):
    """A listed phrase that stands there, and the term expected."""

    phrase: str
    expected: str | None
    reason: str


class Scored(BaseModel):
    """A text as the detector sees it; unless `status` is "ok" there is a `reason` and no score."""

    id: Any = None
    status: Literal["ok", "skipped", "error"]
    reason: str | None = None
    score: Probability | None = None
    spun: bool | None = None
    sentences: list[Sentence] | None = None
    words: list[Word] | None = None
    findings: list[Finding] | None = None


class Restored(Scored):
    """A text and its restored wording: applying `edits` to it gives `restored`."""

    restored: str | None = None
    edits: list[Edit] | None = None


class ScoredList(BaseModel):
    """Answers in the order of the texts."""

    results: list[Scored]


class RestoredList(BaseModel):
    """Answers in the order of the texts."""

    results: list[Restored]


class Health(BaseModel):
    """That the service answers, and what it takes."""

    status: Literal["ok"]
    version: str
    model: str
    modes: list[str]
    in_hand: int
    limits: dict[str, int | float]


class Failure(BaseModel):
    """Why there is no answer, in one line."""

    error: str
