"""Put the digest of the weights into cards that were written before cards had one.

    python experiments/seal.py zoo/c-small.json

A card that has a digest is only compared with its weights. `models.save` writes the digest of new models.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from lasynth.files import write_whole
from lasynth.models.zoo import digest_of


def sealed(path: Path) -> dict[str, object]:
    """The card with its digest, which stands behind the configuration."""
    card = json.loads(path.read_text())
    digest = digest_of(card, path.with_suffix(".safetensors").read_bytes())
    if card.get("digest", digest) != digest:
        sys.exit(f"{path}: the weights are not those that the card was written for")
    items = ((key, value) for key, value in card.items() if key != "digest")
    return dict(pair for item in items for pair in ([item] + [("digest", digest)] * (item[0] == "config")))


def main() -> None:
    """Seal the cards that are named."""
    for name in sys.argv[1:]:
        path = Path(name)
        write_whole(path, (json.dumps(sealed(path), indent=2) + "\n").encode())


if __name__ == "__main__":
    main()
