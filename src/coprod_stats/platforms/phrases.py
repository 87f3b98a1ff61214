"""What forms say of themselves, on paper above all, in the languages in which the program can."""

from __future__ import annotations

from dataclasses import dataclass, replace

from coprod_stats.instruments.language.wording import ConditionPhrases, condition_in_words
from coprod_stats.instruments.model import Instrument, Item


@dataclass(frozen=True, slots=True)
class Phrases:
    """Instructions of a printed questionnaire; ``{}`` stands for what they speak of."""

    conditions: ConditionPhrases
    question: str
    box: str
    how_to: tuple[str, ...]
    respondent: str
    office: str
    version: str
    page_of: str
    only_one: str
    only_several: str
    otherwise: str
    otherwise_end: str
    only_if: str
    in_case: str
    go_to: str
    go_to_end: str
    check: str
    check_lead: str
    check_lead_all: str
    check_and: str
    tick_one: str
    tick_rows: str
    tick_all: str
    tick_most: str
    tick_least: str
    tick_between: str
    tick_alone: str
    mark_line: str
    roster: str
    roster_counted: str
    roster_part: str
    roster_lead: str
    part_end: str
    otherwise_part_end: str
    sheet_end: str
    write_number: str
    write_decimal: str
    at_least: str
    at_most: str
    between: str
    write_words: str
    characters: str
    write_date: str
    write_time: str
    rank: str
    allocate: str
    total: str
    draft: str
    thanks: str


ENGLISH = Phrases(
    conditions=ConditionPhrases(
        lists={
            "sum": "the sum of {}",
            "mean": "the mean of {}",
            "min": "the lowest of {}",
            "max": "the highest of {}",
            "any": "at least one of {}",
            "all": "all of {}",
        },
        number_of="the number of these that hold [{}]",
        holds="{} is ticked",
        does_not_hold="{} is not ticked",
        known="{} is answered",
        not_known="{} is not answered",
        known_beside="{} has an answer other than {}",
        not_known_beside="{} has no answer other than {}",
    ),
    question="question {}",
    box="box {}",
    how_to=(
        "Please use a blue or black pen and tick the box that fits best.",
        "If you ticked a wrong box, fill it in completely and tick the right one.",
        "An arrow after an answer says where to go on. Without one, go on to the next question.",
        "The small figures are codes for data entry; please disregard them.",
    ),
    respondent="Respondent no.",
    office="For office use",
    version="Version",
    page_of="Page {} of {}",
    only_one="Please answer question {} only if {}.",
    only_several="Please answer questions {} to {} only if {}.",
    otherwise="Otherwise go to question {}.",
    otherwise_end="Otherwise go to the end of the questionnaire.",
    only_if="only if {}",
    in_case="If {}:",
    go_to="go to question {}",
    go_to_end="go to the end",
    check="Box {}",
    check_lead="Tick this box if",
    check_lead_all="Tick this box if all of these hold:",
    check_and="and {}",
    tick_one="Please tick one box.",
    tick_rows="Please tick one box in each row.",
    tick_all="Please tick all that apply.",
    tick_most="Please tick at most {}.",
    tick_least="Please tick at least {}.",
    tick_between="Please tick {} to {}.",
    tick_alone="If you tick “{}”, please tick nothing else.",
    mark_line="Please mark the line with a cross where your answer lies.",
    roster="Please now fill in the sheet “{}”: one part for each, at most {}.",
    roster_counted="Please now fill in the sheet “{}”: one part for each, as many as {} "
    "says, at most {}.",
    roster_part="{}: no. {}",
    roster_lead="Please fill in one part for each, at most {}. Leave the other parts empty.",
    part_end="go to the end of this part",
    otherwise_part_end="Otherwise go to the end of this part.",
    sheet_end="Please go back to the questionnaire.",
    write_number="Please write a whole number{}.",
    write_decimal="Please write a number{}.",
    at_least=", {} or more",
    at_most=", {} or less",
    between=", {} to {}",
    write_words="Please write in your own words.",
    characters="Characters: {}.",
    write_date="Please write the date as year-month-day, such as 2026-01-31{}.",
    write_time="Please write the time as hours:minutes, such as 14:30.",
    rank="Please write 1 beside the first, and so on up to {}. Leave the others empty.",
    allocate="Please divide {} points. Write 0 where there are none.",
    total="Total",
    draft="draft translation, not validated",
    thanks="Thank you for taking part.",
)

GERMAN = Phrases(
    conditions=ConditionPhrases(
        comparisons={
            "==": "ist",
            "!=": "ist nicht",
            "<": "ist kleiner als",
            "<=": "ist höchstens",
            ">": "ist größer als",
            ">=": "ist mindestens",
        },
        lists={
            "sum": "die Summe von {}",
            "mean": "der Mittelwert von {}",
            "min": "das kleinste von {}",
            "max": "das größte von {}",
            "any": "mindestens eines von {}",
            "all": "alle von {}",
        },
        conjunctions={"and": "und", "or": "oder"},
        quoted="„{}“",
        member="{} ist {}",
        holds="{} ist angekreuzt",
        does_not_hold="{} ist nicht angekreuzt",
        known="{} ist beantwortet",
        not_known="{} ist nicht beantwortet",
        known_beside="{} hat eine andere Antwort als {}",
        not_known_beside="{} hat keine andere Antwort als {}",
        negated="nicht ({})",
        includes="{} enthält {}",
        option="{} für {}",
        number_chosen="die Zahl der Kreuze in {}",
        number_of="die Zahl von [{}]",
        chosen="Kreuze in {}",
        range="{} bis {}",
    ),
    question="Frage {}",
    box="Feld {}",
    how_to=(
        "Bitte kreuzen Sie mit blauem oder schwarzem Stift an, was am besten passt.",
        "Ein falsch gesetztes Kreuz füllen Sie bitte ganz aus; kreuzen Sie dann das richtige an.",
        "Ein Pfeil nach einer Antwort sagt, wo es weitergeht; sonst folgt die nächste Frage.",
        "Die kleinen Ziffern dienen der Dateneingabe; bitte beachten Sie sie nicht.",
    ),
    respondent="Bogen Nr.",
    office="Nur für das Büro",
    version="Fassung",
    page_of="Seite {} von {}",
    only_one="Bitte beantworten Sie Frage {} nur, wenn gilt: {}.",
    only_several="Bitte beantworten Sie die Fragen {} bis {} nur, wenn gilt: {}.",
    otherwise="Sonst weiter mit Frage {}.",
    otherwise_end="Sonst weiter am Ende des Fragebogens.",
    only_if="nur wenn gilt: {}",
    in_case="Falls gilt: {}:",
    go_to="weiter mit Frage {}",
    go_to_end="weiter am Ende",
    check="Feld {}",
    check_lead="Kreuzen Sie dieses Feld an, wenn gilt:",
    check_lead_all="Kreuzen Sie dieses Feld an, wenn all das gilt:",
    check_and="und {}",
    tick_one="Bitte kreuzen Sie ein Kästchen an.",
    tick_rows="Bitte kreuzen Sie in jeder Zeile ein Kästchen an.",
    tick_all="Bitte kreuzen Sie alles an, was zutrifft.",
    tick_most="Bitte kreuzen Sie höchstens {} an.",
    tick_least="Bitte kreuzen Sie mindestens {} an.",
    tick_between="Bitte kreuzen Sie {} bis {} an.",
    tick_alone="Wenn Sie „{}“ ankreuzen, kreuzen Sie bitte nichts anderes an.",
    mark_line="Bitte kreuzen Sie auf der Linie die Stelle an, an der Ihre Antwort liegt.",
    roster="Bitte füllen Sie nun das Blatt „{}“ aus: je einen Teil, höchstens {}.",
    roster_counted="Bitte füllen Sie nun das Blatt „{}“ aus: je einen Teil, so viele, wie {} "
    "angibt, höchstens {}.",
    roster_part="{}: Nr. {}",
    roster_lead="Bitte füllen Sie je einen Teil aus, höchstens {}. Lassen Sie die anderen leer.",
    part_end="weiter am Ende dieses Teils",
    otherwise_part_end="Sonst weiter am Ende dieses Teils.",
    sheet_end="Bitte kehren Sie zum Fragebogen zurück.",
    write_number="Bitte tragen Sie eine ganze Zahl ein{}.",
    write_decimal="Bitte tragen Sie eine Zahl ein{}.",
    at_least=", {} oder mehr",
    at_most=", {} oder weniger",
    between=", {} bis {}",
    write_words="Bitte schreiben Sie in eigenen Worten.",
    characters="Zeichen: {}.",
    write_date="Bitte schreiben Sie das Datum als Jahr-Monat-Tag, etwa 2026-01-31{}.",
    write_time="Bitte schreiben Sie die Uhrzeit als Stunden:Minuten, etwa 14:30.",
    rank="Bitte schreiben Sie 1 neben das Erste und so weiter bis {}. Lassen Sie die anderen leer.",
    allocate="Bitte verteilen Sie {} Punkte. Schreiben Sie 0, wo es keine sind.",
    total="Summe",
    draft="Entwurf der Übersetzung, nicht geprüft",
    thanks="Vielen Dank für Ihre Teilnahme.",
)

ARABIC = Phrases(
    conditions=ConditionPhrases(
        comparisons={
            "==": "هي",
            "!=": "ليست",
            "<": "أقل من",
            "<=": "لا تزيد على",
            ">": "أكثر من",
            ">=": "لا تقل عن",
        },
        lists={
            "sum": "مجموع {}",
            "mean": "متوسط {}",
            "min": "أصغر {}",
            "max": "أكبر {}",
            "any": "واحدة على الأقل من {}",
            "all": "كل من {}",
        },
        conjunctions={"and": "و", "or": "أو"},
        quoted="«{}»",
        member="{} هي {}",
        holds="عُلّمت {}",
        does_not_hold="لم تُعلَّم {}",
        known="{} مذكورة",
        not_known="{} غير مذكورة",
        known_beside="{} مذكورة وليست {}",
        not_known_beside="{} غير مذكورة أو هي {}",
        negated="ليس ({})",
        includes="{} تشمل {}",
        option="{} لـ {}",
        number_chosen="عدد العلامات في {}",
        number_of="عدد [{}]",
        chosen="العلامات في {}",
        range="{} إلى {}",
    ),
    question="إجابة السؤال {}",
    box="الخانة {}",
    how_to=(
        "يرجى استخدام قلم أزرق أو أسود ووضع علامة في المربع الأنسب.",
        "إذا وضعت العلامة في مربع خطأ فظلّله بالكامل وضع العلامة في المربع الصحيح.",
        "بعد بعض الإجابات سهم يدل على السؤال التالي. إن لم يوجد سهم فانتقل إلى السؤال الذي يليه.",
        "الأرقام الصغيرة رموز لإدخال البيانات، فيرجى تجاهلها.",
    ),
    respondent="رقم المشارك",
    office="للاستعمال المكتبي",
    version="النسخة",
    page_of="صفحة {} من {}",
    only_one="يرجى الإجابة عن السؤال {} فقط إذا: {}.",
    only_several="يرجى الإجابة عن الأسئلة من {} إلى {} فقط إذا: {}.",
    otherwise="وإلا فانتقل إلى السؤال {}.",
    otherwise_end="وإلا فانتقل إلى نهاية الاستبيان.",
    only_if="فقط إذا: {}",
    in_case="إذا {}:",
    go_to="انتقل إلى السؤال {}",
    go_to_end="انتقل إلى النهاية",
    check="الخانة {}",
    check_lead="ضع علامة في هذه الخانة إذا:",
    check_lead_all="ضع علامة في هذه الخانة إذا تحقق كل ما يلي:",
    check_and="و{}",
    tick_one="يرجى وضع علامة في مربع واحد.",
    tick_rows="يرجى وضع علامة في مربع واحد في كل صف.",
    tick_all="يرجى وضع علامة أمام كل ما ينطبق.",
    tick_most="يرجى وضع {} علامات على الأكثر.",
    tick_least="يرجى وضع {} علامات على الأقل.",
    tick_between="يرجى وضع {} إلى {} علامات.",
    tick_alone="إذا وضعت علامة أمام «{}» فيرجى عدم وضع أي علامة أخرى.",
    mark_line="يرجى وضع علامة × على الخط في الموضع الذي يعبّر عن إجابتك.",
    roster="يرجى الآن ملء الورقة «{}»: جزء واحد لكل منها، بحد أقصى {}.",
    roster_counted="يرجى الآن ملء الورقة «{}»: جزء واحد لكل منها، وعددها هو {}، بحد أقصى {}.",
    roster_part="{}: رقم {}",
    roster_lead="يرجى ملء جزء واحد لكل منها، بحد أقصى {}. اترك الأجزاء الأخرى فارغة.",
    part_end="انتقل إلى نهاية هذا الجزء",
    otherwise_part_end="وإلا فانتقل إلى نهاية هذا الجزء.",
    sheet_end="يرجى العودة إلى الاستبيان.",
    write_number="يرجى كتابة عدد صحيح{}.",
    write_decimal="يرجى كتابة عدد{}.",
    at_least="، {} أو أكثر",
    at_most="، {} أو أقل",
    between="، من {} إلى {}",
    write_words="يرجى الكتابة بكلماتك.",
    characters="عدد الأحرف: {}.",
    write_date="يرجى كتابة التاريخ على شكل سنة-شهر-يوم، مثل 2026-01-31{}.",
    write_time="يرجى كتابة الوقت على شكل ساعات:دقائق، مثل 14:30.",
    rank="يرجى كتابة 1 بجانب الأول وهكذا حتى {}. اترك الباقي فارغًا.",
    allocate="يرجى توزيع {} نقطة. اكتب 0 حيث لا توجد نقاط.",
    total="المجموع",
    draft="ترجمة أولية لم يُتحقق منها",
    thanks="شكرًا لمشاركتك.",
)

_BY_LANGUAGE = {"en": ENGLISH, "de": GERMAN, "ar": ARABIC}


def least_said(item: Item, language: str) -> str:
    """Return how many options are to be chosen at least, for screens as for paper."""
    phrases = phrases_of(language) or ENGLISH
    return phrases.tick_least.format(item.min_choices)


def only_for(item: Item, code: int, instrument: Instrument, language: str) -> str:
    """Return for whom an option is, questions being called by their texts."""
    phrases = phrases_of(language) or ENGLISH
    quoted = phrases.conditions.quoted
    names = {
        asked.id: quoted.format(asked.text.in_language(language)) for asked in instrument.questions
    }
    (shown,) = item.option_conditions(code)
    rule = condition_in_words(
        shown, instrument, phrases=phrases.conditions, language=language, names=names
    )
    label = item.responses.label(code).in_language(language) if item.responses else str(code)
    return f"{quoted.format(label)}: {phrases.only_if.format(rule)}"


def phrases_of_part(phrases: Phrases) -> Phrases:
    """Return the phrases of a part of a roster's sheet, whose routing ends with the part."""
    return replace(phrases, go_to_end=phrases.part_end, otherwise_end=phrases.otherwise_part_end)


def phrases_of(language: str) -> Phrases | None:
    """Return the phrases of a language, by its code as ``ar`` or ``ar-EG``; none if unknown."""
    return _BY_LANGUAGE.get(language.partition("-")[0])
