"""Languages as Qualtrics names them."""

from __future__ import annotations

_LANGUAGES = {
    "zh": "ZH-S",
    "zh-hans": "ZH-S",
    "zh-cn": "ZH-S",
    "zh-hant": "ZH-T",
    "zh-tw": "ZH-T",
    "pt-br": "PT-BR",
    "fr-ca": "FR-CA",
    "en-gb": "EN-GB",
    "es-es": "ES-ES",
    "nb": "NO",
}
_PLAIN = {
    *("ar", "bg", "bn", "bs", "ca", "cs", "cy", "da", "de", "el", "en", "es"),
    *("et", "eu", "fa", "fi", "fr", "gl", "gu", "he", "hi", "hr", "hu", "hy"),
    *("id", "is", "it", "ja", "ka", "kk", "km", "kn", "ko", "lt", "lv", "mk"),
    *("ml", "mn", "mr", "ms", "my", "ne", "nl", "no", "or", "pa", "pl", "pt"),
    *("ro", "ru", "si", "sk", "sl", "sq", "sr", "sv", "sw", "ta", "te", "th"),
    *("tl", "tr", "uk", "ur", "vi"),
}
"""Languages whose code is the usual one in capitals."""


def language_code(language: str) -> str:
    """Return Qualtrics' code of a language, as ``AR`` or ``ZH-S``."""
    return _LANGUAGES.get(language.lower(), language.upper())


def has_language(language: str) -> bool:
    """Return whether a survey of Qualtrics can be in a language."""
    return language.lower() in _PLAIN or language.lower() in _LANGUAGES
