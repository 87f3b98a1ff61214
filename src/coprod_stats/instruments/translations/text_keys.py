"""Names of texts that stay the same when a questionnaire is rearranged, as ``QUA1.text``."""

from __future__ import annotations

from coprod_stats.instruments.source.source_form import InstrumentForm
from coprod_stats.instruments.source.yaml_source import Location


def text_key(location: Location, form: InstrumentForm) -> str:
    """Name a text by the ids of what it belongs to, not by its place in the file.

    ``("pages", 3, "blocks", 0, "items", 2, "text")`` becomes ``QUA1.text``, a stem
    ``block.qua.stem``, a page's title ``page.quality.title``; others keep their path.
    """
    match location:
        case ("pages", int(p), "blocks", int(b), "items", int(i), *rest):
            head = [form.pages[p].blocks[b].items[i].id]
        case ("pages", int(p), "blocks", int(b), *rest):
            head = ["block", form.pages[p].blocks[b].block]
        case ("pages", int(p), *rest):
            head = ["page", form.pages[p].page]
        case ("administrative", int(i), *rest):
            head = ["administrative", form.administrative[i].id]
        case _:
            head, rest = [], list(location)
    return ".".join(map(str, (*head, *rest)))
