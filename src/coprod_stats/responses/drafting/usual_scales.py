"""Usual answers in English, German, French and Spanish, from the lowest to the highest."""

from __future__ import annotations

_SCALES = """
strongly disagree | disagree | somewhat disagree | slightly disagree | neither | neutral |
neither agree nor disagree | undecided | slightly agree | somewhat agree | agree | strongly
agree

very dissatisfied | dissatisfied | somewhat dissatisfied | neither | neutral | neither satisfied
nor dissatisfied | somewhat satisfied | satisfied | very satisfied

never | almost never | rarely | seldom | occasionally | sometimes | often | frequently | very
often | almost always | always

never | less than monthly | monthly | weekly | daily

never | yearly | monthly | weekly | daily

very poor | poor | fair | average | good | very good | excellent

very bad | bad | neither | fair | good | very good

very unlikely | unlikely | neither | neutral | likely | very likely

not at all | slightly | a little | somewhat | moderately | to some extent | very | very much | a
great deal | extremely | completely

none | a little | some | quite a lot | a lot | a great deal

low | medium | high

no | partly | yes

stimme überhaupt nicht zu | stimme gar nicht zu | lehne stark ab | stimme nicht zu | lehne ab |
stimme eher nicht zu | teils/teils | teils, teils | weder noch | neutral | stimme eher zu |
stimme zu | stimme voll zu | stimme voll und ganz zu | stimme stark zu

trifft überhaupt nicht zu | trifft gar nicht zu | trifft nicht zu | trifft eher nicht zu |
teils/teils | teils, teils | trifft teilweise zu | trifft eher zu | trifft zu | trifft voll zu |
trifft voll und ganz zu

sehr unzufrieden | unzufrieden | eher unzufrieden | weder noch | neutral | teils/teils | eher
zufrieden | zufrieden | sehr zufrieden

nie | niemals | fast nie | selten | gelegentlich | manchmal | oft | häufig | sehr oft | sehr
häufig | fast immer | immer

sehr schlecht | schlecht | mittelmäßig | mittel | gut | sehr gut

nein | teilweise | teils | ja

pas du tout d'accord | pas d'accord | plutôt pas d'accord | ni d'accord ni pas d'accord | neutre
| plutôt d'accord | d'accord | tout à fait d'accord

très insatisfait | insatisfait | plutôt insatisfait | ni satisfait ni insatisfait | neutre |
plutôt satisfait | satisfait | très satisfait

jamais | presque jamais | rarement | parfois | quelquefois | souvent | très souvent | presque
toujours | toujours

très mauvais | mauvais | moyen | bon | très bon | excellent

non | en partie | oui

totalmente en desacuerdo | muy en desacuerdo | en desacuerdo | algo en desacuerdo | ni de
acuerdo ni en desacuerdo | neutral | algo de acuerdo | de acuerdo | muy de acuerdo | totalmente
de acuerdo

muy insatisfecho | insatisfecho | algo insatisfecho | ni satisfecho ni insatisfecho | neutral |
algo satisfecho | satisfecho | muy satisfecho

nunca | casi nunca | rara vez | raramente | a veces | a menudo | frecuentemente | muy a menudo |
casi siempre | siempre

muy malo | malo | regular | bueno | muy bueno | excelente

no | en parte | sí
"""
ORDERED_SCALES = tuple(
    tuple(word.strip() for word in " ".join(scale.split()).split("|"))
    for scale in _SCALES.split("\n\n")
)
"""With the words of variants in between: no questionnaire offers all of a scale."""
