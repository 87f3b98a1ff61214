"""Words by which surveys in English, German, French and Spanish say the usual things.

Labels are compared in the form of :func:`plain`, so that capitals, apostrophes and spaces do not
matter.
"""

from __future__ import annotations

import re

from coprod_stats.instruments.model import DONT_KNOW, NOT_ANSWERED, REFUSED

MISSING_WORDS: dict[int, tuple[str, ...]] = {
    REFUSED: (
        *("refused", "refusal", "refuse", "prefer not to say", "prefer not to answer"),
        *("verweigert", "antwort verweigert", "möchte ich nicht sagen", "möchte nicht antworten"),
        *("refus", "refusé", "ne souhaite pas répondre", "préfère ne pas répondre"),
        *("rechaza responder", "rehúsa contestar", "prefiero no decirlo", "prefiere no contestar"),
        *("prefiero no contestar", "prefiero no responder"),
    ),
    DONT_KNOW: (
        *("don't know", "dont know", "do not know", "don't know / does not apply"),
        *("weiß nicht", "weiss nicht", "weiß ich nicht", "ich weiß nicht", "kann ich nicht sagen"),
        *("ne sait pas", "je ne sais pas", "ne sais pas", "nsp"),
        *("no sabe", "no sé", "no lo sé"),
    ),
    NOT_ANSWERED: (
        *("no answer", "not answered", "unanswered", "seen, unanswered"),
        *("keine angabe", "k. a.", "k.a.", "nicht beantwortet"),
        *("sans réponse", "pas de réponse", "non réponse", "non-réponse"),
        *("no contesta", "sin respuesta", "no responde"),
    ),
}
"""What labels say of an answer that is missing, by its canonical code."""

TICK_WORDS: dict[int, tuple[str, ...]] = {
    1: (
        *("yes", "y", "true", "t", "x", "✓", "✔", "chosen", "selected", "checked", "quoted"),
        *("mentioned", "ja", "wahr", "genannt", "gewählt", "angekreuzt", "oui", "vrai", "choisi"),
        *("cité", "sí", "si", "verdadero", "elegido", "marcado", "mencionado"),
    ),
    0: (
        *("no", "n", "false", "f", "not chosen", "not selected", "unchecked", "not checked"),
        *("not quoted", "not mentioned", "nein", "falsch", "nicht genannt", "nicht gewählt"),
        *("non", "faux", "non choisi", "non cité", "falso", "no elegido", "no marcado"),
        *("no mencionado",),
    ),
}
"""What programs and people write for an option that was chosen, and for one that was not."""

TRUTH_WORDS: dict[str, int] = {"true": 1, "false": 0, "wahr": 1, "falsch": 0, "vrai": 1, "faux": 0}
"""Truth values as R, Python and spreadsheets write them, for questions with the codes 1 and 0."""

OFF_SCALE = re.compile(
    r"(?<!\w)(don.?t know|do not know|dk|dnk|refus\w*|prefer not|no answer|not answered|"
    r"no response|"
    r"not applicable|does not apply|n/?a|missing|no opinion|not ascertained|not asked|"
    r"can.?t (say|choose)|cannot (say|choose)|"
    r"wei(ß|ss) (ich )?nicht|kann ich nicht (sagen|beurteilen)|keine (angabe|antwort|meinung)|"
    r"k\. ?a\.|verweiger\w+|möchte (ich )?(dazu )?nicht (sagen|(be)?antworten)|"
    r"nicht (erhoben|gefragt)|"
    r"(je )?ne sai[st] pas|nsp|sans (réponse|opinion|avis)|pas de réponse|non[- ]réponse|"
    r"(préfère|souhaite) (ne )?pas (le )?(répondre|dire)|non concerné\w*|sans objet|"
    r"no (lo )?s(abe|é)|no contesta|ns/nc|no procede|no aplica|sin (respuesta|opinión)|"
    r"(prefier|rehús|rechaz)\w+ (no )?(decir\w*|responder|contestar))(?!\w)",
    re.IGNORECASE,
)
"""Labels of answers that are no amounts: don't know, refusal, no answer, does not apply."""

WEIGHTS = (
    r"gewicht\w*|.*gewicht(ung)?|.*_gew|poids|pond(eration|ération)?|.*_pond|coef_?pond|"
    r"peso|pondera(cion|ción|dor)|factor_?(exp|expansion|expansión)"
)
"""Names of weights, as a regular expression over lower-case names."""

FREQUENCY = (
    r"never|always|often|rarely|seldom|daily|weekly|monthly|times a|"
    r"\bnie\b|niemals|\bimmer\b|\boft\b|häufig|selten|täglich|wöchentlich|monatlich|mal (pro|im)|"
    r"jamais|toujours|souvent|rarement|parfois|tous les jours|fois par|"
    r"nunca|siempre|a menudo|raramente|rara vez|a veces|todos los días|veces (al|por)"
)
BIPOLAR = (
    r"disagree|dissatisfied|very (bad|poor|unlikely|difficult|unhappy|negative)|oppose|"
    r"inaccurate|extremely (bad|dissatisfied|unlikely)|much (worse|less)|neither|"
    r"stimme .*nicht zu|lehne .*ab|trifft .*nicht zu|unzufrieden|sehr (schlecht|unwahrscheinlich)|"
    r"viel schlechter|weder noch|teils.{0,3}teils|"
    r"pas d.accord|en désaccord|insatisfait|mécontent|très (mauvais|peu probable)|"
    r"bien pire|ni l.un ni l.autre|ni d.accord|"
    r"en desacuerdo|insatisfech|muy (mal|malo|mala|improbable)|mucho peor|ni de acuerdo|"
    r"ni satisfech"
)
UNIPOLAR = (
    r"not at all|very much|completely|a great deal|no trust|poor|excellent|a little|"
    r"independent|\blow\b|\bhigh\b|slightly|"
    r"überhaupt nicht|gar nicht|sehr stark|voll und ganz|vollständig|ein wenig|niedrig|\bhoch\b|"
    r"pas du tout|tout à fait|énormément|un peu|faible|élevé|"
    r"nada en absoluto|para nada|totalmente|muchísimo|un poco|\bbajo\b|\balto\b"
)
"""Words of ordered answers of each kind, as regular expressions."""


def is_missing_word(text: str) -> bool:
    """Return whether a cell says that there is no answer, in one of these languages."""
    return any(plain(text) in words for words in MISSING_WORDS.values())


def plain(label: str) -> str:
    """Return a label for comparison: lower case, one kind of apostrophe, single spaces."""
    return " ".join(label.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").casefold().split())
