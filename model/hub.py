"""A saved network is a whole folder: config, weights, tokenizer and a model card of its own.

    import unspin.model.network  # registers the network with AutoModel
    from transformers import AutoModel

    model = AutoModel.from_pretrained("model/weights")
    model.save_pretrained("mine")

`model.push_to_hub("me/mine")` uploads the same folder.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from huggingface_hub import HfApi, ModelCard, ModelCardData
from transformers import PreTrainedModel
from transformers.utils.hub import cached_file

CARD = "README.md"
CARDS = (CARD, "CARD.md")
"""Files that say what the weights in a folder are."""

HUB_OPTIONS = (
    "repo_id",
    "private",
    "token",
    "revision",
    "tags",
    "commit_message",
    "commit_description",
    "create_pr",
)
"""What `save_pretrained` hands on to `push_to_hub`."""

TOKENIZER = "tokenizer.json"
TAGS = ("unspin", "text-restoration", "paraphrase-detection", "token-classification")

CARD_TEXT = """
# {name}

Detects words that a synonym spinner put into English text and proposes the original words.
{size:.1f} million parameters, on the encoder {base}.

    pip install 'unspin[train]'

```python
import unspin.model.network
from transformers import AutoModel

model = AutoModel.from_pretrained("{name}")
```

This is the trainable checkpoint. `unspin train --base {name}` goes on from it, and
`unspin export` makes of it the files that `unspin restore --model FOLDER` reads.

## Training data, figures, limits, licence

Not recorded. Say here what it was trained on and what `unspin evaluate` found on which data, and
choose a licence that the encoder's allows.
"""


class HubModel(PreTrainedModel):  # type: ignore[no-untyped-call]
    """What a saved or uploaded folder needs beside the library's config and weights."""

    def save_pretrained(  # type: ignore[override]  # what is left out goes by name
        self,
        save_directory: str | PathLike[str],
        is_main_process: bool = True,
        state_dict: dict[str, Any] | None = None,
        push_to_hub: bool = False,
        **options: Any,
    ) -> None:
        """Save as the library does, with the tokenizer that lay beside the weights, and a card.

        A card that is there already stays. The arguments are the library's.
        """
        folder = Path(save_directory)
        upload = {name: options.pop(name) for name in HUB_OPTIONS if name in options}
        super().save_pretrained(folder, is_main_process, state_dict, **options)
        tokenizer = self._tokenizer()
        if tokenizer and tokenizer.resolve() != (folder / TOKENIZER).resolve():
            shutil.copyfile(tokenizer, folder / TOKENIZER)
        if not any((folder / name).is_file() for name in CARDS):
            self._card(folder.name).save(folder / CARD)
        if push_to_hub:
            self.push_to_hub(**{"repo_id": folder.name} | upload)

    def push_to_hub(  # type: ignore[override]  # as in the library, which wraps its own
        self,
        repo_id: str,
        *,
        commit_message: str | None = None,
        commit_description: str | None = None,
        private: bool | None = None,
        token: bool | str | None = None,
        revision: str | None = None,
        create_pr: bool = False,
        max_shard_size: int | str | None = "50GB",
        tags: Sequence[str] | None = None,
    ) -> str:
        """Upload the folder that `save_pretrained` writes, in one commit; returns its address.

        The library's own method would put an empty card in place of this one. A card that the
        repository has already stays. Raises the errors of `huggingface_hub`.
        """
        api = HfApi(token=token)
        repo_id = api.create_repo(repo_id, private=private, exist_ok=True).repo_id
        if revision and not revision.startswith("refs/pr/"):
            api.create_branch(repo_id, branch=revision, exist_ok=True)
        kept = [CARD] if api.file_exists(repo_id, CARD, revision=revision) else None
        with TemporaryDirectory() as scratch:
            folder = Path(scratch) / repo_id
            folder.mkdir(parents=True)
            self._card(repo_id, tags or ()).save(folder / CARD)
            self.save_pretrained(folder, max_shard_size=max_shard_size)
            done = api.upload_folder(
                repo_id=repo_id,
                folder_path=folder,
                revision=revision,
                ignore_patterns=kept,
                create_pr=create_pr,
                commit_message=commit_message or "Upload model",
                commit_description=commit_description,
            )
        return str(done)

    def _tokenizer(self) -> Path | None:
        """The tokenizer in the folder or repository that the network was loaded from, if any."""
        try:
            found = cached_file(self.name_or_path or "", TOKENIZER, local_files_only=True)
        except (OSError, ValueError):  # made from a config, or the folder is gone
            return None
        return Path(found) if found else None

    def _card(self, name: str, tags: Sequence[str] = ()) -> ModelCard:
        base = self.config.base_model or None
        data = ModelCardData(
            language="en",
            library_name="unspin",
            base_model=base,
            tags=[*TAGS, *(tag for tag in tags if tag not in TAGS)],
        )
        size = self.num_parameters() / 1e6
        text = CARD_TEXT.format(name=name, size=size, base=base or "of its config")
        return ModelCard(f"---\n{data.to_yaml()}\n---\n{text}")
