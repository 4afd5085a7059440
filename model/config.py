"""The network's configuration."""

from __future__ import annotations

from typing import Any

from transformers import PretrainedConfig


class UnspinConfig(PretrainedConfig):  # type: ignore[no-untyped-call]
    """Everything needed to rebuild the network: the encoder's own config and the new layers.

    Args:
        encoder: the base encoder's config, as a dict (`AutoConfig.for_model(**encoder)`).
        base_model: where the encoder's first weights came from (for the record).
        look_layers: layers of the encoder that the first look at a text takes.
        decoder_layers: layers of the span decoder.
        decoder_heads: attention heads of the span decoder.
        max_pieces: most pieces the decoder writes for one span, the end piece not counted.
        max_shortlist: most pieces of the vocabulary that the exported decoder can write.
        cls_token_id, sep_token_id: the pieces that open and end a replacement.
    """

    model_type = "unspin"

    def __init__(
        self,
        encoder: dict[str, Any] | None = None,
        base_model: str = "",
        look_layers: int = 2,
        decoder_layers: int = 2,
        decoder_heads: int = 6,
        max_pieces: int = 8,
        max_shortlist: int = 14_336,
        cls_token_id: int = 101,
        sep_token_id: int = 102,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.encoder = encoder or {"model_type": "bert"}
        self.base_model = base_model
        self.look_layers = look_layers
        self.decoder_layers = decoder_layers
        self.decoder_heads = decoder_heads
        self.max_pieces = max_pieces
        self.max_shortlist = max_shortlist
        self.cls_token_id = cls_token_id
        self.sep_token_id = sep_token_id
