"""The licences of case studies: their full names, where they can be read, and what they let others take along.

The facts about a case (`METADATA`) belong to everybody. The text goes out in bulk only under a licence that allows it.
"""

from dataclasses import dataclass

from casestudies.models import CaseStudy


@dataclass(frozen=True)
class Terms:
    """`identifier` as SPDX lists it, `url` of the text; both empty for what may only be read here."""

    identifier: str
    url: str
    name_zh: str
    name_en: str

    @property
    def is_open(self) -> bool:
        """Whether the text may leave the portal."""
        return bool(self.url)


TERMS = {
    CaseStudy.Licence.BY: Terms(
        "CC-BY-4.0",
        "https://creativecommons.org/licenses/by/4.0/",
        "知识共享署名 4.0 国际许可协议",
        "Creative Commons Attribution 4.0 International",
    ),
    CaseStudy.Licence.BY_SA: Terms(
        "CC-BY-SA-4.0",
        "https://creativecommons.org/licenses/by-sa/4.0/",
        "知识共享署名—相同方式共享 4.0 国际许可协议",
        "Creative Commons Attribution-ShareAlike 4.0 International",
    ),
    CaseStudy.Licence.BY_NC: Terms(
        "CC-BY-NC-4.0",
        "https://creativecommons.org/licenses/by-nc/4.0/",
        "知识共享署名—非商业性使用 4.0 国际许可协议",
        "Creative Commons Attribution-NonCommercial 4.0 International",
    ),
}
READ_ONLY = Terms("", "", "保留所有权利，仅供在本站阅读", "All rights reserved; to be read on this site only")
METADATA = Terms(
    "CC0-1.0",
    "https://creativecommons.org/publicdomain/zero/1.0/",
    "CC0 1.0 通用（放弃著作权）",
    "Creative Commons Zero 1.0 Universal",
)


def terms_of(case: CaseStudy) -> Terms:
    """The terms of the text. A word that nobody knows allows nothing."""
    return terms_called(case.licence)


def terms_called(code: str) -> Terms:
    """The terms with this code: of a text, or of a file that has its own. A word that nobody knows allows nothing."""
    return METADATA if code == METADATA.identifier else TERMS.get(code, READ_ONLY)  # type: ignore[call-overload]
