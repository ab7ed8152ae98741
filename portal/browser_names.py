"""What people call the program and the device behind a User-Agent: "Firefox on Android". A guess for lists, never for a rule."""

from django.utils.translation import gettext as _

#: In the order in which they are looked for: most programs also name those that they are compatible with.
BROWSERS = {
    "MicroMessenger": "微信 WeChat",
    "DingTalk": "钉钉 DingTalk",
    "QQBrowser": "QQ",
    "UCBrowser": "UC",
    "HuaweiBrowser": "Huawei Browser",
    "MiuiBrowser": "Xiaomi Browser",
    "SamsungBrowser": "Samsung Internet",
    "Edg": "Edge",
    "OPR/": "Opera",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "Chrome": "Chrome",
    "CriOS": "Chrome",
    "Safari": "Safari",
}
SYSTEMS = {
    "OpenHarmony": "HarmonyOS",
    "HarmonyOS": "HarmonyOS",
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}


def browser_name(agent: str) -> str:
    """In the language of the reader; empty when neither program nor device is known."""
    browser = next((name for word, name in BROWSERS.items() if word in agent), "")
    system = next((name for word, name in SYSTEMS.items() if word in agent), "")
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system
