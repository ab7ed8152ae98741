"""What people look for and do not find, without a record of anybody.

Robots do not count; who asks is not looked at otherwise, and of lists with filters only questions without one count. Of a question a keyed hash is kept, with a number of days and times; its words are kept only
when it is asked on the third different day, and never when they look like somebody's own: a number of five digits and
more, an address, and what may be a name as long as no record answers to it. So some harmless words that begin like a
surname (高考) are not told either until a record has them. What nobody asked for KEPT is forgotten.

Nothing is written while somebody waits: a process adds up in its memory and writes after an answer was sent, at most
every WRITTEN_EVERY seconds. A process that is killed loses what it had not written.
"""

import logging
import re
from datetime import date, timedelta

from django.core.signals import request_finished
from django.db import transaction
from django.db.models import Case, F, IntegerField, When
from django.dispatch import receiver
from django.utils import timezone
from django.utils.crypto import salted_hmac

from portal.counted import Counted
from portal.models.searched import Searched
from portal.search.analysis import CHINESE, clean, fold
from portal.visit import Visit

DAYS = 3
KEPT = timedelta(days=90)
WRITTEN_EVERY = 10  # seconds
MOST_AT_ONCE = 500  # questions in memory; a program that asks for more teaches us nothing
LONGEST = 60  # characters; what is longer was pasted

#: The hundred most frequent surnames of the mainland (Ministry of Public Security, 2020) and the frequent ones of two.
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜"
    "崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤"
)
_NAME = re.compile(
    rf"(?:[{SURNAMES}][{CHINESE}]{{1,2}}|(?:欧阳|司马|上官|诸葛|东方|皇甫|尉迟|令狐|慕容|夏侯)[{CHINESE}]{{1,2}})"
)
_ENGLISH_NAME = re.compile(r"\b[A-Z][a-z]+ [A-Z][a-z]+\b")
_OWN = re.compile(r"\d{5}|@|://|www\.")
logger = logging.getLogger(__name__)


#: By words, kind and how much was found.
SUMS = Counted(MOST_AT_ONCE)


def note(text: str, *, kind: str = "", hits: int) -> None:
    """Remember that this was searched for and how much was found. Costs an addition."""
    words = " ".join(fold(clean(text)).split())
    if words and len(words) <= LONGEST and not is_own(text, hits):
        SUMS.add((words, kind, hits))


def note_reader(request, text: str, *, kind: str = "", hits: int) -> None:
    """`note` for a page of results, if a person asked for its first page with a browser."""
    if text and request.GET.get("page", "1") in ("", "1") and Visit.of(request).is_by_a_reader:
        note(text, kind=kind, hits=hits)


def is_own(text: str, hits: int) -> bool:
    """Whether a question may be about one person who is in no record."""
    folded = fold(clean(text))
    if _OWN.search(folded):
        return True
    return not hits and bool(
        any(_NAME.fullmatch(word) for word in re.split(r"[\W_]+", folded)) or _ENGLISH_NAME.search(text)
    )


def write(on: date | None = None) -> int:
    """Write what this process was asked, and return how many questions that were."""
    on = on or timezone.localdate()
    # In one order, so that two processes never wait for each other's rows; what was found last comes last.
    taken = sorted(SUMS.take().items(), key=lambda each: each[0][:2])
    with transaction.atomic():
        for (words, kind, hits), asked in taken:
            fingerprint = salted_hmac("portal.search.query_log", words).hexdigest()[:32]
            same = Searched.objects.filter(fingerprint=fingerprint, kind=kind)
            Searched.objects.get_or_create(fingerprint=fingerprint, kind=kind, defaults={"last_on": date.min})
            same.update(
                asked=F("asked") + asked,
                hits=hits,
                days=Case(
                    When(last_on__lt=on, then=F("days") + 1), default=F("days"), output_field=IntegerField()
                ),
                last_on=on,
            )
            same.filter(days__gte=DAYS, words="").update(words=words)
    return len(taken)


@receiver(request_finished)
def write_when_due(sender, **kwargs) -> None:
    """After an answer was sent. What cannot be written is lost: nobody's page fails for a statistic."""
    if SUMS.are_due(WRITTEN_EVERY):
        try:
            write()
        except Exception:
            logger.warning("What was searched for was not written", exc_info=True)


def forget(on: date) -> list[str]:
    """Forget what nobody asked for a long time, and return a line when there was such."""
    number, _rows = Searched.objects.filter(last_on__lt=on - KEPT).delete()
    return [f"{number} questions of readers forgotten"] if number else []
