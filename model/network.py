"""The network: encode a window once, score every word, rewrite every damaged span in parallel.

An encoder-decoder whose decoder can only touch marked spans. The tag head follows GECToR
(Omelianchuk et al., 2020); decoding each span from its own states, all at once, follows the
seq2edit-then-fill designs (Mallinson et al., 2020, "Felix"), with an autoregressive filler.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from transformers import AutoConfig, AutoModel
from transformers.utils.generic import ModelOutput

from unspin.model.config import UnspinConfig
from unspin.model.encode import SHAPES
from unspin.model.hub import HubModel
from unspin.model.span_decoder import SpanDecoder

HEADS = 5
"""Numbers a piece: three tag logits, the sentence evidence, the sentence attention."""

LOOK_WEIGHT, SENTENCE_WEIGHT, SPAN_WEIGHT = 0.2, 0.2, 1.0
"""Of the parts of the joint loss, beside the tags' one."""

IGNORE = -100
SHORT = 3
"""Pieces, the end piece included, that most replacements fit in."""

SAMPLED = 4096
"""Pieces of the vocabulary that a training batch's targets compete with, besides each other."""


@dataclass
class UnspinOutput(ModelOutput):
    """What the network returns in training: the joint loss and its parts (scalars)."""

    loss: Tensor | None = None
    look_loss: Tensor | None = None
    tag_loss: Tensor | None = None
    sentence_loss: Tensor | None = None
    span_loss: Tensor | None = None


class LookHead(nn.Module):
    """Scores words from the states of the lower layers: the first look at a text."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.transform = nn.Linear(width, width)
        self.score = nn.Linear(width, 1)

    def forward(self, states: Tensor) -> Tensor:
        """Damage logits (B, L) of pieces with states (B, L, D)."""
        scores: Tensor = self.score(F.gelu(self.transform(states)))
        return scores.squeeze(-1)


class UnspinModel(HubModel):
    """Detector and restorer in one. `from_pretrained` and `save_pretrained` as usual."""

    piece_counts: Tensor
    decoder: SpanDecoder
    config_class = UnspinConfig
    base_model_prefix = "unspin"
    _no_split_modules = ["DecoderLayer"]  # noqa: RUF012 - as the base class has it

    def __init__(self, config: UnspinConfig) -> None:
        super().__init__(config)
        settings = dict(config.encoder)
        encoder_config = AutoConfig.for_model(settings.pop("model_type"), **settings)
        # Eager attention: windows are short, and the fused kernels are slower on CPU.
        self.encoder = AutoModel.from_config(  # type: ignore[no-untyped-call]
            encoder_config, attn_implementation="eager"
        )
        if hasattr(self.encoder, "pooler"):
            self.encoder.pooler = None
        width: int = encoder_config.hidden_size
        self.shape_embedding = nn.Embedding(SHAPES, width)
        self.look_head = LookHead(width)
        self.head = nn.Linear(width, HEADS)
        self.decoder = SpanDecoder(config, width)
        self.output_bias = nn.Parameter(torch.zeros(encoder_config.vocab_size))
        # How often each piece was to be written in training; see `shortlist`.
        self.register_buffer("piece_counts", torch.zeros(encoder_config.vocab_size).long())
        self.post_init()  # type: ignore[no-untyped-call]

    def _init_weights(self, module: nn.Module) -> None:
        if isinstance(module, nn.Linear | nn.Embedding):
            nn.init.normal_(module.weight, std=0.02)
        if isinstance(module, nn.Linear) and module.bias is not None:
            nn.init.zeros_(module.bias)
        if module is getattr(self, "shape_embedding", None):
            nn.init.zeros_(module.weight)  # start from what the base encoder knows

    def embed(self, input_ids: Tensor, shape_ids: Tensor) -> Tensor:
        """What the encoder reads (B, L, D) of pieces and the shapes of their words (B, L)."""
        pieces: Tensor = self.encoder.get_input_embeddings()(input_ids)
        embedded: Tensor = pieces + self.shape_embedding(shape_ids)
        return embedded

    def encode(
        self, input_ids: Tensor, attention_mask: Tensor, shape_ids: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """States of the lower layers and of all (B, L, D each), and head outputs (B, L, 5), of
        windows (B, L)."""
        found = self.encoder(
            inputs_embeds=self.embed(input_ids, shape_ids),
            attention_mask=attention_bias(attention_mask, self.dtype),
            output_hidden_states=True,
        )
        hidden = found.last_hidden_state
        return found.hidden_states[self.config.look_layers], hidden, self.head(hidden)

    def decode(
        self,
        hidden: Tensor,
        attention_mask: Tensor,
        window: Tensor,
        span_first: Tensor,
        span_last: Tensor,
        tokens: Tensor,
    ) -> Tensor:
        """States (N, T, D) after each piece of `tokens` (N, T), which start with [CLS]."""
        embedded = self.encoder.get_input_embeddings()(tokens)
        memory = self.decoder.remember(hidden)
        states: Tensor = self.decoder(
            hidden, memory, attention_mask, window, span_first, span_last, embedded
        )
        return states

    def vocabulary_logits(self, states: Tensor) -> Tensor:
        """Logits over the vocabulary (..., V): the output is tied to the input embeddings."""
        return F.linear(states, self.encoder.get_input_embeddings().weight, self.output_bias)

    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor,
        shape_ids: Tensor,
        tags: Tensor,
        piece_sentence: Tensor,
        sentence_labels: Tensor,
        span_window: Tensor,
        span_first: Tensor,
        span_last: Tensor,
        targets: Tensor,
    ) -> UnspinOutput:
        """The joint loss of a batch.

        Shapes: input_ids, attention_mask, shape_ids, tags (-100 where no word begins) and
        piece_sentence (index into sentence_labels, -1 where no word begins) are (B, L);
        sentence_labels (S,); span_window, span_first, span_last (N,); targets (N, T) with the
        end piece, padded with -100.
        """
        lower, hidden, heads = self.encode(input_ids, attention_mask, shape_ids)
        heads = heads.float()
        looked = tags != IGNORE
        look_loss = F.binary_cross_entropy_with_logits(
            self.look_head(lower).float(), tags.gt(0).float(), looked.float(), reduction="sum"
        ) / looked.sum().clamp_min(1)
        tag_loss = _mean_cross_entropy(heads[..., :3].flatten(0, 1), tags.flatten())
        logits = sentence_logits(heads[..., 3], heads[..., 4], piece_sentence, len(sentence_labels))
        sentence_loss = F.binary_cross_entropy_with_logits(logits, sentence_labels.float())
        span_loss = self._span_loss(
            hidden, attention_mask, span_window, span_first, span_last, targets
        )
        loss = (
            tag_loss
            + LOOK_WEIGHT * look_loss
            + SENTENCE_WEIGHT * sentence_loss
            + SPAN_WEIGHT * span_loss
        )
        parts = (look_loss, tag_loss, sentence_loss, span_loss)
        return UnspinOutput(loss, *(part.detach() for part in parts))

    def shortlist(self) -> Tensor:
        """Ids (V',) of the pieces worth writing, sorted: those that training has asked for most.

        Devlin (2017, "Sharp models on dull hardware") and others cut the output vocabulary of a
        translator so; here it is half of a replacement's cost.
        """
        known = min(int(self.piece_counts.gt(0).sum()), self.config.max_shortlist)
        if not known:  # untrained, or trained before pieces were counted
            return torch.arange(len(self.piece_counts))
        chosen = self.piece_counts.topk(known).indices
        kept = torch.cat([chosen, chosen.new_tensor([self.config.sep_token_id])])
        found: Tensor = torch.unique(kept)
        return found

    def _span_loss(
        self,
        hidden: Tensor,
        attention_mask: Tensor,
        window: Tensor,
        first: Tensor,
        last: Tensor,
        targets: Tensor,
    ) -> Tensor:
        """Mean loss a piece. Short targets, nearly all of them, are not padded to the longest."""
        long = targets[:, SHORT:].ne(IGNORE).any(1)
        states, wanted = [], []
        for chosen, part in ((~long, targets[~long, :SHORT]), (long, targets[long])):
            if not len(part):
                continue
            tokens = part.clamp_min(0).roll(1, 1)
            tokens[:, 0] = self.config.cls_token_id
            spans = (window[chosen], first[chosen], last[chosen])
            kept = part != IGNORE
            states.append(self.decode(hidden, attention_mask, *spans, tokens)[kept])
            wanted.append(part[kept])
        if not states:
            return hidden.new_zeros(())
        return self._vocabulary_loss(torch.cat(states), torch.cat(wanted))

    def _vocabulary_loss(self, states: Tensor, wanted: Tensor) -> Tensor:
        """Mean cross entropy of the pieces `wanted` (N,) given states (N, D).

        The whole vocabulary is a quarter of a training step's work. In training the pieces of the
        batch compete with a random sample of the others, each of which stands for as many as it
        was drawn from, so that the partition function is estimated without bias (Bengio and
        Senecal, 2008).
        """
        weight = self.encoder.get_input_embeddings().weight
        size = len(weight)
        own, counts = torch.unique(wanted, return_counts=True)
        if self.training:
            self.piece_counts[own] += counts
        if not self.training or size <= len(own) + SAMPLED:
            return F.cross_entropy(self.vocabulary_logits(states), wanted)
        other = torch.ones(size, dtype=torch.bool, device=wanted.device)
        other[own] = False
        rest = other.nonzero().squeeze(1)
        drawn = rest[torch.randperm(len(rest), device=wanted.device)[:SAMPLED]]
        pieces = torch.cat([own, drawn])
        logits = F.linear(states, weight[pieces], self.output_bias[pieces]).float()
        logits[:, len(own) :] += math.log(len(rest) / SAMPLED)
        return F.cross_entropy(logits, torch.searchsorted(own, wanted))


def attention_bias(attention_mask: Tensor, dtype: torch.dtype) -> Tensor:
    """An additive mask (B, 1, L, L) of a mask (B, L) of ones and zeros.

    One of four dimensions is passed through as it is by every encoder.
    """
    bias = (1 - attention_mask[:, None, None, :].to(dtype)) * -1e4
    return bias.expand(-1, 1, attention_mask.shape[1], -1)


def _mean_cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    """Mean over the targets that count; zero, not NaN, where a batch has none."""
    total = F.cross_entropy(logits, targets, ignore_index=IGNORE, reduction="sum")
    return total / targets.ne(IGNORE).sum().clamp_min(1)


def sentence_logits(
    evidence: Tensor, attention: Tensor, piece_sentence: Tensor, count: int
) -> Tensor:
    """Attention pooling of the words' evidence: (B, L) each, in, (count,) logits out.

    The numpy twin for the engine's outputs is `unspin.model.calibration.pool_sentences`.
    """
    words = piece_sentence >= 0
    index = piece_sentence[words]
    weight = attention[words].clamp(-15, 15).exp()
    zeros = evidence.new_zeros(count)
    total = zeros.index_add(0, index, weight)
    pooled = zeros.index_add(0, index, weight * evidence[words])
    return pooled / total.clamp_min(1e-9)


AutoConfig.register(UnspinConfig.model_type, UnspinConfig)
AutoModel.register(UnspinConfig, UnspinModel)
