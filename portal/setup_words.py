"""The first words of every place, in both languages, until an editor writes better ones."""

WORDS: dict[str, dict[str, dict]] = {
    "home": {
        "zh-hans": {
            "title": "同行",
            "introduction": "服务流动人口的机构，在这里认识彼此、一起学习、把做过的事传下去。",
        },
        "en": {
            "title": "Tongxing",
            "introduction": "Where organisations serving internal migrants in China meet, train together and pass on what they have learned.",
        },
    },
    "agencies": {
        "zh-hans": {
            "title": "机构名录",
            "introduction": "谁在服务流动人口，在哪里，做什么。每一条都写明是谁说的、什么时候确认的。",
        },
        "en": {
            "title": "Agencies",
            "introduction": "Who serves internal migrants, where, and how. Every entry says who stated it and when it was last confirmed.",
        },
    },
    "events": {
        "zh-hans": {
            "title": "培训与研讨",
            "introduction": "各机构公开的培训、研讨和督导。报名只要一分钟，满了可以候补。",
        },
        "en": {
            "title": "Events",
            "introduction": "Trainings, seminars and case conferences open to colleagues from other agencies. Registering takes a minute; full events keep a waiting list.",
        },
    },
    "cases": {
        "zh-hans": {
            "title": "案例库",
            "introduction": "一线写下的实务案例：做了什么，有没有用，哪里没做好，别人能不能照着做。",
        },
        "en": {
            "title": "Practice library",
            "introduction": "Case studies written by practitioners: what was done, whether it worked, what did not, and what another agency would need to repeat it.",
        },
    },
    "about": {
        "zh-hans": {"title": "关于同行", "introduction": "同行，是一起走路的人，也是同一个行当的人。"},
        "en": {
            "title": "About Tongxing",
            "introduction": "Tongxing means people walking side by side, and people of the same trade.",
        },
    },
    "guide": {
        "zh-hans": {"title": "使用指南", "introduction": "三分钟走一遍：加入机构、写案例、报名培训。"},
        "en": {
            "title": "Guide",
            "introduction": "Three minutes: join your agency, write up a case, register for a training.",
        },
    },
    "privacy": {
        "zh-hans": {"title": "个人信息说明", "introduction": "我们只记录办事需要的信息，并说明为什么。"},
        "en": {"title": "Privacy", "introduction": "We keep only what the work needs, and say why."},
    },
}
