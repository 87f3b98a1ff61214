"""Keys of texts that remain valid when a questionnaire is rearranged, such as ``QUA1.text``."""

from __future__ import annotations

from coprod_stats.instruments.source.source_form import InstrumentForm
from coprod_stats.instruments.source.yaml_source import Location


def text_key(location: Location, form: InstrumentForm) -> str:
    """Return the key of a text from the ids of the parts it belongs to, not its place in the file.

    ``("pages", 3, "blocks", 0, "items", 2, "text")`` becomes ``QUA1.text``, a stem
    ``block.qua.stem``, a page's title ``page.quality.title``; other texts keep their path.
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
