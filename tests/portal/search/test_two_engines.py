"""One question, two engines: both find the same records."""

import pytest

from portal.search.embedded import Embedded
from portal.search.query import understand
from tests.portal.search.documents import document

pytestmark = pytest.mark.opensearch

TEXTS = [
    ("农民工讨薪", "工友拖欠工资，社工陪同调解，依法讨回欠薪。"),
    ("外来务工人员子女的四点半课堂", "课后托管与课业辅导，志愿者每周三次。"),
    ("流动儿童社会融入小组", "以优势视角开展小组工作，六节活动，前后测。"),
    ("留守儿童暑期安全教育", "防溺水与性教育，祖辈照顾者参加。"),
    ("新市民社区融合", "城中村里的社区营造，居民自治。"),
    ("建筑工人职业健康", "尘肺病筛查与工伤探视，法律援助。"),
    ("家政工支持小组", "住家保姆的同伴教育与心理支持。"),
    ("流动老人社会支持网络", "老漂族在社区的互助，隔代教育。"),
    ("Left-behind children and their grandparents", "A case of group work with twelve families in 2023."),
    ("Migrant workers' health", "Outreach to construction workers; NGO and hospital work together."),
    ("户籍制度与积分入学", "随迁子女入学的政策倡导。"),
    ("東莞工業區外展服務", "夜間外展，走訪工廠宿舍，轉介服務。"),
    ("ＣＢＴ小组", "认知行为治疗，4.5分到3.1分。"),
    ("MZ/T 094-2017 个案工作", "接案、预估、计划、介入、评估、结案。"),
    ("欠薪案例", "“拖欠工资”三个月，讨薪成功。"),
    ("社工站的志愿服务", "社工加志愿者，双工联动。"),
]
PLACES = ["441900", "440307", "510107", "110115"]
QUESTIONS = """
农民工 | 农民工讨薪 | 讨薪 | 欠薪 | “拖欠工资” | 流动儿童 | 留守儿童 | 留守儿童 -性教育 | 儿童 | 社工 | 工 | 老
migrant workers | worker | left-behind children | "group work" | "work group" | NGO | cbt | CBT 小组 | 4.5 | 2017
MZ/T 094 | 东莞 | 東莞 | 外展 | 社会融入 | 社区融合 | 流动人口 | 新市民 | 进城务工人员 | 打工妹 | 城中村 | 尘肺
职业健康 工伤 | 流动儿童 OR 留守儿童 | 家政工 OR “老漂族” 互助 | title:小组 | title:小组 -title:CBT | 标题：欠薪
agency:春芽 | agency:spring 小组 | 怎么帮助农民工讨回工资 | 四点半课堂有什么作用呢 | 志愿者 | 积分落户 | 随迁子女入学
什么 | the | 防溺水与性教育祖辈照顾者参加 | how can social workers help children of migrant workers at school | 工会 | 病
"""


def questions() -> list[str]:
    return [question.strip() for line in QUESTIONS.strip().splitlines() for question in line.split("|")]


@pytest.fixture
def both(cluster, tmp_path):
    documents = [
        document(
            at,
            title,
            text,
            kind="case" if at % 3 else "event",
            topics=(f"svc:{'abc'[at % 3]}.{at % 2}",),
            division=PLACES[at % 4],
            year=2020 + at % 5,
            agencies=("spring",) if at % 2 else ("summer",),
            agency_names=("春芽社工",) if at % 2 else ("夏荷社工",),
        )
        for at, (title, text) in enumerate(TEXTS * 3)
    ]
    engines = Embedded(tmp_path / "search"), cluster()
    for engine in engines:
        engine.rebuild(lambda: documents)
    return engines


def test_fifty_questions_have_the_same_answers(both):
    asked = questions()
    assert len(asked) >= 50
    embedded, cluster = (
        {text: engine.search(understand(text), kinds=None, limit=100, offset=0) for text in asked}
        for engine in both
    )
    for text in asked:
        assert {hit.id for hit in embedded[text].hits} == {hit.id for hit in cluster[text].hits}, text
        assert embedded[text].counts == cluster[text].counts, text
        assert {hit.id: hit.texts for hit in embedded[text].hits} == {
            hit.id: hit.texts for hit in cluster[text].hits
        }
    assert (
        sum(bool(found.hits) for found in embedded.values()) >= 45
    )  # that they find nothing would be the same, too


def test_scores_are_of_one_measure(both):
    """BM25 with the same parameters and fields; the engines round lengths in their own way."""
    for text in ["农民工讨薪", "留守儿童", "志愿者", "title:小组"]:
        scores = [
            {
                hit.id: hit.score
                for hit in engine.search(understand(text), kinds=None, limit=100, offset=0).hits
            }
            for engine in both
        ]
        for id, score in scores[0].items():
            assert scores[1][id] == pytest.approx(score, rel=0.05)


@pytest.mark.parametrize(
    "filters",
    [
        {"topics": ["svc:a"]},
        {"division": ["44"]},
        {"year": ["2021", "2023"], "agency": ["spring"]},
        {"year": []},
    ],
)
def test_filters_leave_the_same(both, filters):
    embedded, cluster = (
        {
            hit.id
            for hit in engine.search(understand("社工", filters), kinds=["case"], limit=100, offset=0).hits
        }
        for engine in both
    )
    assert embedded == cluster
